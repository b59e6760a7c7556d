"""Making exports."""

import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts import jobs
from reports.dataset.reading import snapshot
from reports.dataset.tables import TABLES
from reports.enums import ExportKind, ExportState
from reports.exports import foreign
from reports.exports.folder import write_folder, zip_folder
from reports.exports.reads import EXPORTS
from reports.exports.scope import Beat, ExportScope
from reports.exports.table_files import ExportIncomplete, Written, write_table
from reports.exports.writers import DoesNotFit
from reports.models import Export


def make_export(*, export_id: int, now: datetime) -> Export | None:
    """Write the file of a waiting export. None if it is done or another worker is at it."""
    export = jobs.claim(EXPORTS, export_id, now=now)
    if export is None:
        return None
    try:
        _make(export)
    except jobs.Superseded:
        return None
    export.refresh_from_db()
    return export


def write_export_to(
    target: Path, scope: ExportScope, *, kind: str, file_format: str, beat: Beat = lambda: None
) -> Written:
    """Written beside its place and moved there when complete: a half-written file is never under the final name.

    Raises ExportIncomplete if rows and database disagree.
    """
    with _written_beside(target, scope, kind, file_format, beat) as (part, written):
        part.replace(target)
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


def _make(export: Export) -> None:
    try:
        _write_file(export)
    except DoesNotFit as refusal:
        jobs.write(EXPORTS, export, state=ExportState.FAILED, failure=str(refusal), finished_at=timezone.now())
    except (ExportIncomplete, OSError, DatabaseError) as error:
        failure = f"{type(error).__name__}: {error}"[:2000]
        jobs.write(EXPORTS, export, state=ExportState.FAILED, failure=failure, finished_at=timezone.now())
        raise


def _write_file(export: Export) -> None:
    name = f"studies/{export.study_id}/exports/{export.pk}.{export.format}"
    target = Path(settings.MEDIA_ROOT) / name
    target.parent.mkdir(parents=True, exist_ok=True)
    scope = ExportScope(export.study, export.stages, export.withheld)
    beat = jobs.Heartbeat(EXPORTS, export)
    with (
        _written_beside(target, scope, export.kind, export.format, beat) as (part, written),
        transaction.atomic(),  # a worker that was superseded leaves the other one's file alone
    ):
        jobs.write(
            EXPORTS,
            export,
            state=ExportState.DONE,
            file=name,
            rows=written.rows,
            size=written.size,
            sha256=written.sha256,
            failure="",
            finished_at=timezone.now(),
        )
        part.replace(target)


@contextmanager
def _written_beside(
    target: Path, scope: ExportScope, kind: str, file_format: str, beat: Beat
) -> Iterator[tuple[Path, Written]]:
    part = target.with_name(f"{target.name}.{uuid.uuid4().hex}.part")
    try:
        with snapshot():
            written = _write(part, scope, kind, file_format, beat)
        yield part, written
    finally:
        part.unlink(missing_ok=True)


def _write(part: Path, scope: ExportScope, kind: str, file_format: str, beat: Beat) -> Written:
    if kind == ExportKind.DATASET:
        with tempfile.TemporaryDirectory(dir=part.parent, prefix=f"{part.name}-") as folder:
            write_folder(Path(folder), scope, beat)
            return zip_folder(Path(folder), part, beat)
    with part.open("xb") as file:
        if kind in foreign.WRITERS:
            return foreign.WRITERS[kind](scope, file=file, beat=beat)
        return write_table(TABLES[kind], scope, file_format=file_format, file=file, beat=beat)
