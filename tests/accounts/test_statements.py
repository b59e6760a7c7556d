"""Statements that stay prepared, on Django's connection."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from psycopg.types.json import Jsonb

from accounts.statements import Statement, columns, one, rows

pytestmark = pytest.mark.django_db


class Sum(NamedTuple):
    total: int
    label: str


ADD = Statement("SELECT %(first)s::bigint + %(second)s, %(label)s::text /* 100 %% */", Sum)
PREPARED = Statement(
    "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE strpos(statement, %(start)s) = 1", columns
)
OF_ADD = {"start": "SELECT $1::bigint + $2"}


@pytest.fixture
def aside() -> Iterator[Any]:
    """A connection of its own in place of the test's: it has seen no statement and may be broken."""
    ours, connections["default"] = connections["default"], connection.copy()
    yield connections["default"]
    connections["default"].close()
    connections["default"] = ours


def test_rows_are_objects_whatever_the_sizes_of_values() -> None:
    assert [one(ADD, {"first": first, "second": 1, "label": "ä%s'"}) for first in (1, 70_000, 2**40, -3)] == [
        (2, "ä%s'"),
        (70_001, "ä%s'"),
        (2**40 + 1, "ä%s'"),
        (-2, "ä%s'"),
    ]
    assert one(ADD, {"first": None, "second": 1, "label": None}) == Sum(None, None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("uuid", uuid.UUID(int=7)),
        ("bigint[]", [1, 2**40, None]),
        ("bigint[]", []),
        ("text[]", ["a", 'b"{,}', None, "NULL"]),
        ("uuid[]", [uuid.UUID(int=7)]),
        ("timestamptz", datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)),
        ("boolean", False),
        ("text", ""),
        ("double precision", 0.1),
        ("bytea", b"\x00\xff"),
        ("jsonb", None),
    ],
)
def test_values_come_back_as_they_went(kind: str, value: object) -> None:
    assert rows(Statement(f"SELECT %(value)s::{kind}", columns), {"value": value}) == [(value,)]


def test_json_comes_back_decoded() -> None:
    value = {"a": [1, None, "ü"], "b": {}}
    assert one(Statement("SELECT %(value)s::jsonb", columns), {"value": Jsonb(value)}) == (value,)


@pytest.mark.usefixtures("aside")
def test_prepared_once_and_through_every_rollback() -> None:
    before = one(PREPARED, OF_ADD) or (0, 0)
    for first in (1, None, 2**40):
        with transaction.atomic():
            assert one(ADD, {"first": first, "second": 1, "label": "x"})
            with pytest.raises(DatabaseError), transaction.atomic():
                one(Statement("SELECT 1 / %(zero)s", int), {"zero": 0})
            transaction.set_rollback(True)
    assert rows(PREPARED, OF_ADD) == [(before[0] + 3, 0)]


def test_lasts_from_one_request_to_the_next(aside: Any) -> None:
    rows(ADD, {"first": 1, "second": 1, "label": ""})
    first = aside.connection
    for _ in range(aside.pool.max_size):
        aside.close()
        rows(ADD, {"first": 1, "second": 1, "label": ""})
        if aside.connection is first:
            break
    assert len(rows(PREPARED, OF_ADD)) == 1


def test_a_new_connection_prepares_anew(aside: Any) -> None:
    assert rows(ADD, {"first": 1, "second": 1, "label": ""})
    aside.connection.close()
    with pytest.raises(DatabaseError):
        rows(ADD, {"first": 1, "second": 1, "label": ""})
    aside.close()
    assert rows(ADD, {"first": 1, "second": 1, "label": ""})


def test_what_the_database_forgot_or_a_migration_changed_fails_once(aside: Any) -> None:
    read = Statement("SELECT * FROM kept", columns)
    with aside.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE kept AS SELECT 1 AS number")
    assert rows(read, {}) == [(1,)]
    for change in ("DEALLOCATE ALL", "ALTER TABLE kept ALTER number TYPE text"):
        with aside.cursor() as cursor:
            cursor.execute(change)
        with pytest.raises(DatabaseError):
            rows(read, {})
        assert rows(read, {}) == rows(read, {})
    assert rows(read, {}) == [("1",)]


def test_is_in_the_transaction_counted_and_wrapped() -> None:
    with CaptureQueriesContext(connection) as captured, transaction.atomic():
        rows(ADD, {"first": 12, "second": 1, "label": "it's"})
    assert "'first': 12" in captured[1]["sql"]
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        rows(Statement("INSERT INTO auth_group (name) VALUES (%(name)s) RETURNING id", int), {"name": None})
    assert isinstance(caught.value.__cause__, psycopg.errors.NotNullViolation)


def test_more_rows_than_one_and_a_lonely_percent_sign_are_refused() -> None:
    with pytest.raises(ValueError, match="2 rows"):
        one(Statement("SELECT * FROM unnest(%(them)s::int[])", int), {"them": [1, 2]})
    with pytest.raises(ValueError, match="percent"):
        Statement("SELECT 1 % 2", int)
    with pytest.raises(KeyError):
        rows(ADD, {"first": 1})
