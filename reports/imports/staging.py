"""The rows of a dataset in temporary tables of this transaction, from the process that reads them."""

import itertools
from collections.abc import Callable, Iterator
from operator import attrgetter

from django.db import connection

from reports.dataset.tables import TABLES
from reports.dataset.tables.table import Kind
from reports.imports.expected import RULES
from reports.imports.process import Block
from reports.imports.rows import DERIVED, columns_of

_TYPES = {
    Kind.INTEGER: "bigint",
    Kind.NUMBER: "double precision",
    Kind.TEXT: "text",
    Kind.TRUTH: "boolean",
    Kind.MOMENT: "timestamptz",
    Kind.JSON: "jsonb",
}

type Beat = Callable[[int], None]  # told of every thousand rows or so how many were read by then


def stage(blocks: Iterator[Block], beat: Beat) -> dict[str, int]:
    """Into the tables ``staged_<table>``; how many rows each has. Raises what the blocks raise."""
    for table in RULES:
        _create(table)
    rows = dict.fromkeys(RULES, 0)
    for table, of_table in itertools.groupby(blocks, key=attrgetter("table")):
        for block in _copied(table, of_table):
            rows[table] += block.rows
            beat(sum(rows.values()))
    return rows


def _create(table: str) -> None:
    columns = [f"{name} {_sql_type(table, name)}" for name in RULES[table]]
    columns += [f"{name} text" for name in DERIVED.get(table, ())]
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMP TABLE staged_{table} ({', '.join(columns)}, file_ text, row_ bigint) ON COMMIT DROP"
        )


def _copied(table: str, blocks: Iterator[Block]) -> Iterator[Block]:
    """Each once it was sent to PostgreSQL."""
    with (
        connection.cursor() as cursor,
        cursor.cursor.copy(f"COPY staged_{table} ({', '.join(columns_of(table))}) FROM STDIN") as copy,
    ):
        for block in blocks:
            copy.write(block.content)
            yield block


def _sql_type(table: str, name: str) -> str:
    column = TABLES[table].chosen([name])[0]
    return "text" if column.names_rater else _TYPES[column.kind]
