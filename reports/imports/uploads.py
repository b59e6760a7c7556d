"""Datasets uploaded in the browser: each becomes a new study behind the page, as a whole or not at all."""

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.files import File
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts import jobs
from accounts.models import User
from accounts.services import record
from conversations.services.studies import create_study
from reports.enums import ImportState
from reports.imports.problems import DatasetRefused, Problem
from reports.models import DatasetImport

type Upload = File[bytes]  # evaluated by type checkers only


def _forget_file(upload: DatasetImport) -> None:
    file = DatasetImport.objects.get(pk=upload.pk).file
    DatasetImport.objects.filter(pk=upload.pk).update(file="")
    transaction.on_commit(lambda: file.storage.delete(file.name) if file.name else None)


IMPORTS = jobs.JobKind(
    DatasetImport,
    running=ImportState.RUNNING,
    asked_at="uploaded_at",
    ended_at="finished_at",
    fresh={"rows_read": 0},
    given_up=f"The worker died {jobs.MOST_ATTEMPTS} times while it read this.",
    when_given_up=_forget_file,
)


def receive_dataset(*, file: Upload, filename: str, title: str, user: User, now: datetime) -> DatasetImport:
    """Store the ZIP under a name of our own. It waits for a worker."""
    shown = "".join(character for character in filename if character.isprintable())[-255:] or "dataset.zip"
    upload = DatasetImport(title=title, filename=shown, size=file.size, uploaded_by=user, uploaded_at=now)
    upload.file.save(shown, file, save=False)
    try:
        with transaction.atomic():
            upload.save()
            record(actor=user, action="dataset.upload", target=shown, details={"size": upload.size})
    except BaseException:
        upload.file.delete(save=False)
        raise
    return upload


def import_upload(*, import_id: int, now: datetime) -> DatasetImport | None:
    """Make the study, and delete the file. None if that is done or another worker is at it."""
    upload = jobs.claim(IMPORTS, import_id, now=now)
    if upload is None:
        return None
    try:
        _import(upload, now)
    except jobs.Superseded:
        return None
    return DatasetImport.objects.get(pk=import_id)


def _import(upload: DatasetImport, now: datetime) -> None:
    try:
        # The study is built in statements of any length, and seen by others once it is whole.
        with jobs.beating(IMPORTS, upload) as heartbeat, transaction.atomic():
            _make_study(upload, now, _Progress(heartbeat))
    except DatasetRefused as refused:
        _end(upload, ImportState.REFUSED, problems=[_storable(problem) for problem in refused.problems])
    except (OSError, DatabaseError) as error:
        why = getattr(error, "strerror", None) or type(error).__name__  # no paths of this machine
        _end(upload, ImportState.FAILED, failure=f"{why}. The worker's log says more.")
        raise


def _make_study(upload: DatasetImport, now: datetime, progress: "_Progress") -> None:
    from reports.imports.dataset import import_archive

    user = upload.uploaded_by
    study = create_study(user=user, title=upload.title)
    with Path(upload.file.path).open("rb") as archive:
        imported = import_archive(study=study, archive=archive, actor=user, now=now, beat=progress)
    _end(upload, ImportState.DONE, study=study, rows=imported.rows)


def _end(upload: DatasetImport, state: ImportState, **values: Any) -> None:
    """What it came to; nobody needs the file any more. A study that another worker makes as well is rolled back by this."""
    jobs.write(IMPORTS, upload, state=state, finished_at=timezone.now(), **values)
    _forget_file(upload)


def _storable(problem: Problem) -> dict[str, Any]:
    """What was found may be any text at all; PostgreSQL takes no U+0000 and no halves of characters."""
    return {
        name: "".join(letter if letter.isprintable() else "\ufffd" for letter in value)
        if isinstance(value, str)
        else value
        for name, value in asdict(problem).items()
    }


class _Progress:
    """How many rows were read, told with the next heartbeat."""

    def __init__(self, heartbeat: jobs.Heartbeat[DatasetImport]) -> None:
        self._heartbeat = heartbeat

    def __call__(self, read: int, expected: int) -> None:
        self._heartbeat(rows_read=read, rows_expected=expected)
