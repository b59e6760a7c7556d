"""Making exports."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import User
from accounts.services import record
from conversations.models import Study
from judgments.queries import disclosure
from reports import queries
from reports.enums import ExportState
from reports.exporting.columns import JUDGMENT_COLUMNS, judgment_row
from reports.exporting.writers import WRITERS, Sink
from reports.models import Export

MAX_ATTEMPTS = 3
HEARTBEAT_EVERY = timedelta(seconds=5)
ROWS_BETWEEN_LOOKS = 500

type Beat = Callable[[], None]


class ExportRefused(Exception):
    """The user may not see what they asked for. The message says why and until when."""


class ExportIncomplete(Exception):
    """The file does not have as many rows as the database: it must not be handed out."""


@dataclass(frozen=True, slots=True)
class Written:
    rows: int
    size: int
    sha256: str


@transaction.atomic
def request_export(*, study: Study, file_format: str, requested_by: User, now: datetime) -> Export:
    """Put an export in the queue. Stages that the user must not see yet are left out, and named."""
    if disclosure.must_wait_as_rater(study, requested_by):
        raise ExportRefused("You rate in this study, so you can export its judgments once its stages are closed.")
    withheld = disclosure.withheld_stages(study, requested_by)
    stages = [number for number in queries.all_stages() if number not in withheld]
    if not stages:
        raise ExportRefused("All stages are open or paused: until they close only the study's owner can export them.")
    export = Export.objects.create(
        study=study, format=file_format, stages=stages, withheld=withheld, requested_by=requested_by, requested_at=now
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
    return Export.objects.filter(queries.abandoned(now), attempts__gte=MAX_ATTEMPTS).update(
        state=ExportState.FAILED, failure=f"The worker died {MAX_ATTEMPTS} times while it wrote this.", finished_at=now
    )


def write_judgments(
    *,
    study: Study,
    stages: Sequence[int],
    file_format: str,
    file: BinaryIO,
    beat: Beat = lambda: None,
) -> Written:
    """All judgments as of one moment. Raises ExportIncomplete if rows and database disagree."""
    sink = Sink(file)
    writer = WRITERS[file_format](sink, JUDGMENT_COLUMNS)
    writer.start()
    rows = 0
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        expected = queries.judgments(study, stages).count()
        for rows, values in enumerate(queries.judgment_records(study, stages), start=1):
            writer.write(judgment_row(study, values))
            if rows % ROWS_BETWEEN_LOOKS == 0:
                beat()
    if rows != expected:
        raise ExportIncomplete(f"{rows} rows were written, but there are {expected} judgments.")
    return Written(rows, sink.size, sink.sha256)


def write_judgments_to(
    target: Path,
    *,
    study: Study,
    stages: Sequence[int],
    file_format: str,
    beat: Beat = lambda: None,
) -> Written:
    """Written beside its place and moved there when complete: a half-written file is never under the final name."""
    part = target.with_name(f"{target.name}.{uuid.uuid4().hex}.part")
    try:
        with part.open("xb") as file:
            written = write_judgments(study=study, stages=stages, file_format=file_format, file=file, beat=beat)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return written


def _claim(export_id: int, now: datetime) -> bool:
    waiting = Q(state=ExportState.PENDING) | queries.abandoned(now)
    claimed = Export.objects.filter(waiting, pk=export_id, attempts__lt=MAX_ATTEMPTS).update(
        state=ExportState.RUNNING, started_at=now, heartbeat_at=now, attempts=F("attempts") + 1
    )
    return bool(claimed)


def _write_file(export: Export) -> tuple[str, Written]:
    name = f"studies/{export.study_id}/exports/{export.pk}.{export.format}"
    target = Path(settings.MEDIA_ROOT) / name
    target.parent.mkdir(parents=True, exist_ok=True)
    written = write_judgments_to(
        target, study=export.study, stages=export.stages, file_format=export.format, beat=_Heartbeat(export.pk)
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
