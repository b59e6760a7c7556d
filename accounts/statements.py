"""Statements that the database plans once for each connection, and then only executes.

Django's query sets are planned anew at each request: for the hot path that took longer than executing them. These are
prepared on the server, under whatever pool, and stay so across rollbacks. They run on Django's current connection, in
its transaction, and are logged, counted and refused like any other statement of Django's.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self, override

import psycopg
from django.db import connection
from psycopg import pq
from psycopg._preparing import Key, Prepare, PrepareManager
from psycopg._queries import PostgresQuery, PostgresRawQuery
from psycopg.types.json import JsonbLoader

_PLACEHOLDER = re.compile(r"%(?:\((\w+)\)s|(%))?")
# "cached plan must not change result type" after a migration; "prepared statement does not exist" behind a pooler.
_OUTLIVED = {psycopg.errors.FeatureNotSupported.sqlstate, psycopg.errors.InvalidSqlStatementName.sqlstate}


class Statement[Row](str):
    """SQL with parameters as %(name)s (a percent sign is %%), and what makes an object of the columns of a row.

    Parameters travel as text and take their type from where they stand, so give it where nothing else tells it:
    ``%(since)s::timestamptz``; a number of somebody else's may be out of its column's range, which ``::numeric`` never is.
    Its plan is made for any values: a condition that chooses a partial index is written as a literal. Made once, where
    the module is imported.
    """

    __slots__ = ("names", "numbered", "row")
    numbered: bytes
    names: tuple[str, ...]
    row: Callable[..., Row]

    def __new__(cls, sql: str, row: Callable[..., Row]) -> Self:
        made = super().__new__(cls, sql)
        numbers: dict[str, int] = {}

        def numbered(found: re.Match[str]) -> str:
            name, percent = found.groups()
            if not name and not percent:
                raise ValueError(f"a percent sign in a statement is written twice: {sql[found.start() :][:30]!r}")
            return "%" if percent else f"${numbers.setdefault(name, len(numbers) + 1)}"

        made.numbered = _PLACEHOLDER.sub(numbered, sql).encode()
        made.names = tuple(numbers)
        made.row = row
        return made


def columns(*values: Any) -> tuple[Any, ...]:
    """Rows as they are."""
    return values


def rows[Row](statement: Statement[Row], parameters: Mapping[str, Any]) -> list[Row]:
    """All rows. Values of jsonb are decoded; lists are arrays, ``Jsonb(...)`` is jsonb. Errors are Django's."""
    connection.ensure_connection()
    cursor = _cursor_on(connection.connection)
    make_wrapper: Any = connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
    make_wrapper(cursor).execute(statement, parameters)
    make = statement.row
    return [make(*values) for values in cursor.fetchall()]


def one[Row](statement: Statement[Row], parameters: Mapping[str, Any]) -> Row | None:
    """The only row, None if there is none. Raises ValueError for more than one."""
    found = rows(statement, parameters)
    if len(found) > 1:
        raise ValueError(f"{len(found)} rows where at most one was expected")
    return found[0] if found else None


class _Text(PostgresRawQuery):
    """Values as text without a type, as in a literal: the same statement whatever they are, None or long or short."""

    __slots__ = ()

    def dump(self, values: Any) -> None:
        self.params = self._tx.dump_sequence(values, [psycopg.adapt.PyFormat.TEXT] * len(values))
        self.types = (0,) * len(values)
        self.formats = [pq.Format.TEXT] * len(values)


class _Lasting(PrepareManager):
    """What was prepared on a connection. psycopg forgets it at each rollback, though PostgreSQL does not."""

    cursor: "_Cursor"

    @override
    def get(self, query: PostgresQuery, prepare: bool | None = None) -> tuple[Prepare, bytes]:
        if not prepare:
            return Prepare.NO, b""
        if name := self._names.get(self.key(query)):
            return Prepare.YES, name
        self._prepared_idx += 1
        return Prepare.SHOULD, f"yardstick_{self._prepared_idx}".encode()

    def maybe_add_to_cache(self, query: PostgresQuery, prep: Prepare, name: bytes) -> Key | None:
        if prep is Prepare.NO:
            return None
        self._names[self.key(query)] = name  # it was prepared, however executing it ends
        return self.key(query)

    def validate(self, key: Key, prep: Prepare, name: bytes, results: Sequence[pq.abc.PGresult]) -> None:
        """What the database no longer holds to is prepared anew the next time. All of it: they share the reason."""
        if any(_state_of(result) in _OUTLIVED for result in results):
            self._names.clear()

    def clear(self) -> bool:
        """After a rollback there is nothing to forget."""
        return False


def _state_of(result: pq.abc.PGresult) -> str | None:
    if result.status != pq.ExecStatus.FATAL_ERROR:
        return None
    return (result.error_field(pq.DiagnosticField.SQLSTATE) or b"").decode()


class _Cursor(psycopg.Cursor[tuple[Any, ...]]):
    _query_cls = _Text

    def execute(self, query: Any, params: Any = None, **_options: Any) -> Self:
        return super().execute(query.numbered, [params[name] for name in query.names], prepare=True)


def _cursor_on(raw: psycopg.Connection[Any]) -> _Cursor:
    """One for each connection: making one takes longer than a short statement."""
    prepared = raw._prepared  # noqa: SLF001  # psycopg offers no other way to say how long a statement lasts
    if not isinstance(prepared, _Lasting):
        raw._prepared = prepared = _Lasting()  # noqa: SLF001
        prepared.cursor = _Cursor(raw, row_factory=psycopg.rows.tuple_row)
        prepared.cursor.adapters.register_loader("jsonb", JsonbLoader)
    return prepared.cursor
