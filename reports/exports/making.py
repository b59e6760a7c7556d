"""Making exports."""

import shutil
import tempfile
import uuid
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import User
from accounts.services import record
from conversations.models import Study
from judgments import disclosure
from reports.dataset.reading import snapshot
from reports.dataset.reads import all_stages
from reports.dataset.tables import TABLES
from reports.enums import FORMATS, ExportKind, ExportState
from reports.exports import foreign, reads
from reports.exports.folder import write_folder, zip_folder
from reports.exports.scope import Beat, ExportScope
from reports.exports.table_files import ExportIncomplete, Written, write_table
from reports.models import Export

MAX_ATTEMPTS = 3
HEARTBEAT_EVERY = timedelta(seconds=5)


class ExportRefused(Exception):
    """The user may not see what they asked for, or it does not exist in that format. The message says why."""


@transaction.atomic
def request_export(
    *, study: Study, kind: str = ExportKind.JUDGMENTS, file_format: str, requested_by: User, now: datetime
) -> Export:
    """Put an export in the queue. Stages that the user must not see yet are left out, and named."""
    if file_format not in FORMATS[ExportKind(kind)]:
        possible = ", ".join(FORMATS[ExportKind(kind)])
        raise ExportRefused(f"There is no {kind} export as {file_format}, only as {possible}.")
    if disclosure.must_wait_as_rater(study, requested_by):
        raise ExportRefused("You rate in this study, so you can export its judgments once its stages are closed.")
    withheld = disclosure.withheld_stages(study, requested_by)
    stages = [number for number in all_stages() if number not in withheld]
    if not stages:
        raise ExportRefused("All stages are open or paused: until they close only the study's owner can export them.")
    export = Export.objects.create(
        study=study,
        kind=kind,
        format=file_format,
        stages=stages,
        withheld=withheld,
        requested_by=requested_by,
        requested_at=now,
    )
    record(
        actor=requested_by,
        action="export.request",
        study_id=study.pk,
        target=export.filename,
        details={"stages": stages, "withheld": withheld},
    )
    return export


def make_export(*, export_id: int, now: datetime) -> Export | None:
    """Write the file of a waiting export. None if it is done or another worker is at it."""
    if not _claim(export_id, now):
        return None
    export = Export.objects.select_related("study").get(pk=export_id)
    try:
        name, written = _write_file(export)
    except (ExportIncomplete, OSError, DatabaseError) as error:
        _fail(export, f"{type(error).__name__}: {error}")
        raise
    Export.objects.filter(pk=export.pk).update(
        state=ExportState.DONE,
        file=name,
        rows=written.rows,
        size=written.size,
        sha256=written.sha256,
        failure="",
        finished_at=timezone.now(),
    )
    export.refresh_from_db()
    return export


def note_download(*, export: Export, actor: User) -> None:
    record(actor=actor, action="export.download", study_id=export.study_id, target=export.filename)


def abandon_hopeless(*, now: datetime) -> int:
    """Give up on exports whose workers keep dying."""
    return Export.objects.filter(reads.abandoned(now), attempts__gte=MAX_ATTEMPTS).update(
        state=ExportState.FAILED, failure=f"The worker died {MAX_ATTEMPTS} times while it wrote this.", finished_at=now
    )


def write_export_to(
    target: Path, scope: ExportScope, *, kind: str, file_format: str, beat: Beat = lambda: None
) -> Written:
    """Written beside its place and moved there when complete: a half-written file is never under the final name.

    Raises ExportIncomplete if rows and database disagree.
    """
    part = target.with_name(f"{target.name}.{uuid.uuid4().hex}.part")
    try:
        with snapshot():
            written = _write(part, scope, kind, file_format, beat)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return written


def write_dataset_to(folder: Path, scope: ExportScope) -> int:
    """The dataset as a folder, for the operator; returns the number of rows. Raises FileExistsError if it is not empty."""
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty.")
    part = folder.with_name(f"{folder.name}.{uuid.uuid4().hex}.part")
    try:
        with snapshot():
            files = write_folder(part, scope, beat=lambda: None)
        if folder.exists():
            folder.rmdir()
        part.replace(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return sum(file.rows for file in files)


def _write(part: Path, scope: ExportScope, kind: str, file_format: str, beat: Beat) -> Written:
    if kind == ExportKind.DATASET:
        with tempfile.TemporaryDirectory(dir=part.parent, prefix=f"{part.name}-") as folder:
            write_folder(Path(folder), scope, beat)
            return zip_folder(Path(folder), part, beat)
    with part.open("xb") as file:
        if kind in foreign.WRITERS:
            return foreign.WRITERS[kind](scope, file=file, beat=beat)
        return write_table(TABLES[kind], scope, file_format=file_format, file=file, beat=beat)


def _claim(export_id: int, now: datetime) -> bool:
    waiting = Q(state=ExportState.PENDING) | reads.abandoned(now)
    claimed = Export.objects.filter(waiting, pk=export_id, attempts__lt=MAX_ATTEMPTS).update(
        state=ExportState.RUNNING, started_at=now, heartbeat_at=now, attempts=F("attempts") + 1
    )
    return bool(claimed)


def _write_file(export: Export) -> tuple[str, Written]:
    name = f"studies/{export.study_id}/exports/{export.pk}.{export.format}"
    target = Path(settings.MEDIA_ROOT) / name
    target.parent.mkdir(parents=True, exist_ok=True)
    written = write_export_to(
        target,
        ExportScope(export.study, export.stages, export.withheld),
        kind=export.kind,
        file_format=export.format,
        beat=_Heartbeat(export.pk),
    )
    return name, written


class _Heartbeat:
    """Says on a connection of its own that the worker lives: the export's own transaction is one long read."""

    def __init__(self, export_id: int) -> None:
        self._export_id = export_id
        self._last = timezone.now()

    def __call__(self) -> None:
        now = timezone.now()
        if now - self._last < HEARTBEAT_EVERY:
            return
        self._last = now
        aside = connection.copy()
        try:
            with aside.cursor() as cursor:
                cursor.execute("UPDATE reports_export SET heartbeat_at = %s WHERE id = %s", [now, self._export_id])
        finally:
            aside.close()


def _fail(export: Export, reason: str) -> None:
    Export.objects.filter(pk=export.pk).update(
        state=ExportState.FAILED, failure=reason[:2000], finished_at=timezone.now()
    )
