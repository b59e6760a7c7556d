"""All rows of the test database at once: emptied between tests that commit, and put back where many tests start alike.

Django truncates every table and makes its content types and permissions again: half a second, for tests that often left
ten rows. Here the few tables that hold rows are emptied, and what never changes stays.
"""

from collections.abc import Callable
from functools import cache

from django.db import connection, transaction
from django.db.models import Model
from django.test import TransactionTestCase

KEPT = {"django_content_type", "auth_permission"}
LARGE = 1024 * 1024  # bytes

_remembered: dict[Callable[[], Model], tuple[Model, dict[str, bytes]]] = {}


def empty_tables() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        _switch_triggers_off()
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


def remembered[Made: Model](make: Callable[[], Made]) -> Made:
    """What ``make`` makes in an empty database. From the second time on its rows are put back, which is much faster.

    They are as old as the first time, and have the same numbers.
    """
    assert _filled() == [], "only what is made in an empty database can be put back"
    if make not in _remembered:
        made = make()
        _remembered[make] = made, {name: _read(name) for name in _filled()}
    else:
        with transaction.atomic():
            _switch_triggers_off()
            for name, rows in _remembered[make][1].items():
                _write(name, rows)
    # Another object each time: a test may change its attributes.
    return type(_remembered[make][0])._default_manager.get(pk=_remembered[make][0].pk)  # type: ignore[return-value]


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


def _switch_triggers_off() -> None:
    """For this transaction neither foreign keys nor the keepers of revisions have a say."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")


def _read(name: str) -> bytes:
    with connection.cursor() as cursor, cursor.copy(f"COPY {_quoted(name)} TO STDOUT (FORMAT binary)") as copy:
        return b"".join(map(bytes, copy))


def _write(name: str, rows: bytes) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {_quoted(name)} FROM STDIN (FORMAT binary)") as copy:
        copy.write(rows)


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
