"""From PostgreSQL to Arrow by COPY, block by block: the same few megabytes of memory for a thousand rows and for millions.

Whoever stops reading before the end closes what reads: a COPY that stays open holds the connection's lock, for which a
rollback would wait without end.
"""

import io
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import pyarrow as pa
from django.db import connection, transaction
from psycopg import Cursor
from pyarrow import csv

from conversations.models import Study
from raters.pseudonyms import imported_keys, rater_key
from reports.dataset.tables.table import Column, Table

BLOCK_BYTES = 2 << 20
# PostgreSQL's words in CSV: a null is nothing at all, an empty text is "".
_TRUE, _FALSE = ["t"], ["f"]


@contextmanager
def snapshot() -> Iterator[None]:
    """All tables as of one moment."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def count_rows(table: Table, study: Study, stages: Sequence[int]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(table.count(), {"study": study.pk, "stages": list(stages)})
        rows: int = cursor.fetchone()[0]
    return rows


def survey(table: Table, study: Study, stages: Sequence[int]) -> tuple[int, list[int]]:
    """How many rows a table has, and by ``order`` some of them in which every column that has a value has one."""
    with connection.cursor() as cursor:
        cursor.execute(table.survey(), {"study": study.pk, "stages": list(stages)})
        rows, telling = cursor.fetchone()
    return rows, sorted({each for each in telling if each is not None})


def telling_first(
    table: Table, study: Study, stages: Sequence[int], telling: Sequence[int]
) -> Generator[pa.RecordBatch]:
    """All rows, those of ``survey`` first: a program that tells types by the beginning of a file gets them right."""
    chosen = {"telling": list(telling)}
    yield from _copied(table, study, stages, only=f"{table.order} = ANY(%(telling)s)", said=chosen)
    yield from _copied(table, study, stages, only=f"{table.order} <> ALL(%(telling)s)", said=chosen)


def record_batches(
    table: Table, study: Study, stages: Sequence[int], columns: Sequence[str] | None = None
) -> Generator[pa.RecordBatch]:
    """The rows of a table in its order. Rows of other stages are left out of tables that can be withheld.

    Raises KeyError for a column that the table does not have.
    """
    yield from _copied(table, study, stages, columns)


def _copied(
    table: Table,
    study: Study,
    stages: Sequence[int],
    columns: Sequence[str] | None = None,
    *,
    only: str = "true",
    said: Mapping[str, Any] | None = None,
) -> Generator[pa.RecordBatch]:
    chosen = table.chosen(columns)
    imported_keys(study)  # asked before COPY: the connection answers nothing else while it runs
    with connection.cursor() as wrapped:
        cursor: Cursor[Any] = wrapped.cursor
        query = f"COPY ({table.select(columns, only=only)}) TO STDOUT (FORMAT csv)"
        with cursor.copy(query, {"study": study.pk, "stages": list(stages), **(said or {})}) as copied:
            blocks = _Blocks(iter(copied))
            if blocks.is_empty:
                return
            pseudonyms = _Pseudonyms(study)
            for batch in csv.open_csv(blocks, *_options(chosen)):
                yield pseudonyms.applied(batch, chosen)


def read_table(table: Table, study: Study, stages: Sequence[int], columns: Sequence[str] | None = None) -> pa.Table:
    """Those columns of a table in memory; texts that repeat are stored once."""
    batches = list(record_batches(table, study, stages, columns))
    return pa.Table.from_batches(batches, schema=table.schema(columns))


def _options(columns: Sequence[Column]) -> tuple[csv.ReadOptions, csv.ParseOptions, csv.ConvertOptions]:
    return (
        csv.ReadOptions(column_names=[column.name for column in columns], block_size=BLOCK_BYTES, use_threads=False),
        csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
        csv.ConvertOptions(
            column_types={column.name: column.arrow_type for column in columns},
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            true_values=_TRUE,
            false_values=_FALSE,
        ),
    )


class _Blocks(io.RawIOBase):
    """What COPY sends, as the file that Arrow reads."""

    def __init__(self, blocks: Iterator[Any]) -> None:
        super().__init__()
        self._blocks = blocks
        self._rest = memoryview(next(blocks, b""))
        self.is_empty = not self._rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        wanted, filled = memoryview(buffer), 0
        while filled < len(wanted):
            if not self._rest:
                self._rest = memoryview(next(self._blocks, b""))
                if not self._rest:
                    break
            taken = min(len(self._rest), len(wanted) - filled)
            wanted[filled : filled + taken] = self._rest[:taken]
            self._rest = self._rest[taken:]
            filled += taken
        return filled


class _Pseudonyms:
    """Raters' ids replaced by their keys, each computed once."""

    def __init__(self, study: Study) -> None:
        self._study = study
        self._keys: dict[int, str] = {}

    def applied(self, batch: pa.RecordBatch, columns: Sequence[Column]) -> pa.RecordBatch:
        for place, column in enumerate(columns):
            if column.names_rater:
                batch = batch.set_column(place, column.name, self._replaced(batch.column(place)))
        return batch

    def _replaced(self, ids: pa.Array) -> pa.Array:
        encoded = ids.dictionary_encode()
        keys = [self._key(number) for number in encoded.dictionary.to_pylist()]
        return pa.array(keys, pa.string()).take(encoded.indices)

    def _key(self, rater_id: int) -> str:
        if rater_id not in self._keys:
            self._keys[rater_id] = rater_key(study=self._study, rater_id=rater_id)
        return self._keys[rater_id]
