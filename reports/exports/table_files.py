"""A table of the dataset as one file."""

from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from typing import BinaryIO

import pyarrow as pa

from reports.dataset.reading import survey, telling_first
from reports.dataset.tables import Table
from reports.exports.scope import Beat, ExportScope
from reports.exports.writers import WRITERS, Sink


class ExportIncomplete(Exception):
    """The file does not have as many rows as the database: it must not be handed out."""


@dataclass(frozen=True, slots=True)
class Written:
    rows: int
    size: int
    sha256: str


def write_table(table: Table, scope: ExportScope, *, file_format: str, file: BinaryIO, beat: Beat) -> Written:
    """The rows as the transaction sees them. Raises ExportIncomplete if rows and database disagree."""
    expected, telling = survey(table, scope.study, scope.stages)
    batches = telling_first(table, scope.study, scope.stages, telling)
    return write_batches(table, batches, expected=expected, file_format=file_format, file=file, beat=beat)


def write_batches(
    table: Table,
    batches: Generator[pa.RecordBatch],
    *,
    expected: int,
    file_format: str,
    file: BinaryIO,
    beat: Beat,
) -> Written:
    sink = Sink(file)
    writer = WRITERS[file_format](sink, table)
    rows = 0
    with closing(writer), closing(batches):
        for batch in batches:
            writer.write(batch)
            rows += batch.num_rows
            beat()
        writer.finish()
    if rows != expected:
        raise ExportIncomplete(f"{rows} rows of {table.name} were written, but there are {expected}.")
    return Written(rows, sink.size, sink.sha256)
