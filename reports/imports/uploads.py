"""Datasets uploaded in the browser: each becomes a new study behind the page, as a whole or not at all."""

from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.files import File
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.models import User
from accounts.services import record
from conversations.services.studies import create_study
from reports.enums import ImportState
from reports.imports.dataset import import_archive
from reports.imports.problems import DatasetRefused, Problem
from reports.models import DatasetImport

type Upload = File[bytes]  # evaluated by type checkers only

MAX_ATTEMPTS = 3
_BEAT_EVERY = timedelta(seconds=1)


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
    try:
        with transaction.atomic():
            if not _is_alone(import_id) or not _begin(import_id, now):
                return None
            _import(DatasetImport.objects.select_related("uploaded_by").get(pk=import_id), now)
    except DatasetRefused as refused:
        _end(import_id, ImportState.REFUSED, problems=[_storable(problem) for problem in refused.problems])
    except (OSError, DatabaseError) as error:
        why = getattr(error, "strerror", None) or type(error).__name__  # no paths of this machine
        _end(import_id, ImportState.FAILED, failure=f"{why}. The worker's log says more.")
        raise
    return DatasetImport.objects.get(pk=import_id)


def _import(upload: DatasetImport, now: datetime) -> None:
    user = upload.uploaded_by
    study = create_study(user=user, title=upload.title)
    with Path(upload.file.path).open("rb") as archive:
        imported = import_archive(study=study, archive=archive, actor=user, now=now, beat=_Progress(upload.pk))
    _end(upload.pk, ImportState.DONE, study=study, rows=imported.rows)


def _is_alone(import_id: int) -> bool:
    """No other worker is at it. The lock ends with this transaction, and so with the worker's life."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"dataset import {import_id}"])
        alone: bool = cursor.fetchone()[0]
    return alone


def _begin(import_id: int, now: datetime) -> bool:
    """Whether there is something to do; an import that killed its workers is given up."""
    upload = DatasetImport.objects.filter(pk=import_id).first()
    if upload is None or not upload.is_moving:
        return False
    if upload.attempts >= MAX_ATTEMPTS:
        _end(import_id, ImportState.FAILED, failure=f"The worker died {MAX_ATTEMPTS} times while it read this.")
        return False
    _aside(
        "UPDATE reports_datasetimport SET state = %s, heartbeat_at = %s, attempts = attempts + 1, rows_read = 0 "
        "WHERE id = %s",
        [ImportState.RUNNING, now, import_id],
    )
    return True


def _end(import_id: int, state: ImportState, **values: Any) -> None:
    """What it came to; nobody needs the file any more."""
    file = DatasetImport.objects.get(pk=import_id).file
    DatasetImport.objects.filter(pk=import_id).update(state=state, finished_at=timezone.now(), file="", **values)
    transaction.on_commit(lambda: file.storage.delete(file.name) if file.name else None)


def _storable(problem: Problem) -> dict[str, Any]:
    """What was found may be any text at all; PostgreSQL takes no U+0000 and no halves of characters."""
    return {
        name: "".join(letter if letter.isprintable() else "\ufffd" for letter in value)
        if isinstance(value, str)
        else value
        for name, value in asdict(problem).items()
    }


class _Progress:
    def __init__(self, import_id: int) -> None:
        self._import_id = import_id
        self._last = timezone.now()

    def __call__(self, read: int, expected: int) -> None:
        now = timezone.now()
        if read < expected and now - self._last < _BEAT_EVERY:
            return
        self._last = now
        _aside(
            "UPDATE reports_datasetimport SET rows_read = %s, rows_expected = %s, heartbeat_at = %s WHERE id = %s",
            [read, expected, now, self._import_id],
        )


def _aside(statement: str, said: list[Any]) -> None:
    """On a connection of its own: the import's transaction is seen by others only once it is whole."""
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute(statement, said)
    finally:
        other.close()
