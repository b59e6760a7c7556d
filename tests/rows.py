"""All rows of the test database at once: emptied between tests that commit, and put back where many tests start alike.

Django truncates every table and makes its content types and permissions again: half a second, for tests that often left
ten rows. Here the few tables that hold rows are emptied, and what never changes stays.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, wraps
from typing import Any

from django.db import connection, transaction
from django.db.models import Model
from django.test import TransactionTestCase

KEPT = {"django_content_type", "auth_permission"}
LARGE = 1024 * 1024  # bytes
NO_ROWS = b"PGCOPY\n\xff\r\n\0" + bytes(8) + b"\xff\xff"  # as COPY writes them

type Rows = dict[str, bytes]  # of each table, as COPY gives them


def empty_tables() -> None:
    with without_triggers(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relname = ANY(%s) AND pg_relation_size(oid) > %s", [_names(), LARGE]
        )
        # Deleted rows stay in a table's file, until it is made anew with all that refer to it.
        for (name,) in cursor.fetchall():
            cursor.execute(f"TRUNCATE {_quoted(name)} CASCADE")
        for name in _filled():
            cursor.execute(f"DELETE FROM {_quoted(name)}")  # noqa: S608 - Django's own name


def instead_of_flush(test: TransactionTestCase) -> None:
    empty_tables()


def made_once[**Given, Made: Model](make: Callable[Given, Made]) -> Callable[Given, Made]:
    """``make`` works once in a process for the same arguments; from then on the rows it made are put back, which is much faster.

    They are as old as the first time, and have the same numbers. Other rows may be there already; where what it made is
    among them, or while something larger is made once, it works anew.
    """
    known: dict[object, tuple[Model, Rows]] = {}

    @wraps(make)
    def give(*args: Given.args, **kwargs: Given.kwargs) -> Made:
        key = args, tuple(sorted(kwargs.items()))
        if _is_making or (key in known and _is_there(known[key][0])):
            return make(*args, **kwargs)
        if key not in known:
            made, rows = _watched(lambda: make(*args, **kwargs))
            known[key] = made, rows
        else:
            _put_back(known[key][1])
        return _fresh(known[key][0])  # type: ignore[return-value]

    return give


_is_making: list[None] = []


def _watched[Made: Model](make: Callable[[], Made]) -> tuple[Made, Rows]:
    """What ``make`` makes, and the rows that came with it."""
    before = {name: _keys(name) for name in _filled()}
    _is_making.append(None)
    try:
        made = make()
    finally:
        _is_making.pop()
    rows = {name: _read(name, before.get(name, [])) for name in _filled()}
    return made, {name: copied for name, copied in rows.items() if len(copied) > len(NO_ROWS)}


def _put_back(rows: Rows) -> None:
    with without_triggers():
        for name, copied in rows.items():
            _write(name, copied)


def _is_there(made: Model) -> bool:
    return type(made)._default_manager.filter(pk=made.pk).exists()


def _fresh[Made: Model](made: Made) -> Made:
    """Another object each time: a test may change its attributes."""
    return type(made)._default_manager.get(pk=made.pk)


def _filled() -> list[str]:
    """The tables that have rows."""
    with connection.cursor() as cursor:
        cursor.execute(_look())
        return [name for (name,) in cursor.fetchall()]


@cache
def _look() -> str:
    return " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM {_quoted(name)})" for name in _names())  # noqa: S608


@cache
def _names() -> list[str]:
    return sorted(set(connection.introspection.django_table_names(only_existing=True)) - KEPT)


@contextmanager
def without_triggers() -> Iterator[None]:
    """Neither foreign keys nor the keepers of revisions have a say meanwhile; a test's own transaction goes on with them."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield
        cursor.execute("SET LOCAL session_replication_role = origin")


def _keys(name: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_key(name)} FROM {_quoted(name)}")  # noqa: S608 - Django's own names
        return [key for (key,) in cursor.fetchall()]


@cache
def _key(name: str) -> str:
    with connection.cursor() as cursor:
        return _quoted(connection.introspection.get_primary_key_column(cursor, name) or "")


def _read(name: str, but: list[Any] | None = None) -> bytes:
    """The rows of a table, but those with these keys."""
    found, given = f"TABLE {_quoted(name)}", None
    if but:
        found, given = f"SELECT * FROM {_quoted(name)} WHERE {_key(name)} <> ALL(%s)", [but]  # noqa: S608
    with connection.cursor() as cursor, cursor.copy(f"COPY ({found}) TO STDOUT (FORMAT binary)", given) as copy:
        return b"".join(map(bytes, copy))


def _write(name: str, rows: bytes) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {_quoted(name)} FROM STDIN (FORMAT binary)") as copy:
        copy.write(rows)


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
