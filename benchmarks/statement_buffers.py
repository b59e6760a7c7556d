"""How many buffers a statement touches, by explaining it where it stands, just before it runs, and taking that back."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.pq import ExecStatus, TransactionStatus

from benchmarks.statement_log import LoggedStatement, StatementLog

_EXPLAIN = "EXPLAIN (ANALYZE, BUFFERS, SUMMARY, TIMING OFF, FORMAT JSON) "
_NAME = "SELECT name FROM pg_prepared_statements WHERE statement = %s ORDER BY prepare_time DESC LIMIT 1"
_NUMBERED = re.compile(r"\$(\d+)")
_EXPLAINED = ("EXECUTE", "SELECT", "WITH", "INSERT", "UPDATE", "DELETE")


@contextmanager
def explained(log: StatementLog) -> Iterator[list[int | None]]:
    """For each statement that asks for something, in order: 8-kB blocks that were hit or read. None: it can't be explained."""
    touched: list[int | None] = []
    execute = psycopg.Cursor.execute

    def execute_explained(cursor: psycopg.Cursor[Any], query: Any, params: Any = None, **options: Any) -> Any:
        log.paused = True
        sql = _written_out(cursor.connection, query, params)
        if not LoggedStatement(sql).is_frame:
            touched.append(_blocks(cursor.connection, sql))
        log.paused = False
        return execute(cursor, query, params, **options)

    psycopg.Cursor.execute = execute_explained  # type: ignore[method-assign, assignment]
    try:
        yield touched
    finally:
        psycopg.Cursor.execute = execute  # type: ignore[method-assign]


def _written_out(raw: psycopg.Connection[Any], query: Any, params: Any) -> str:
    """The statement with its values in it; one that was prepared is executed by its name, under the plan that it has."""
    literals = psycopg.ClientCursor(raw)
    if not isinstance(query, bytes):
        return literals.mogrify(query, params)
    values = [literals.mogrify("%s", [value]) for value in params or ()]
    name = raw.pgconn.exec_(literals.mogrify(_NAME, [query.decode()]).encode())
    if name.ntuples:
        given = f"({', '.join(values)})" if values else ""
        return f"EXECUTE {(name.get_value(0, 0) or b'').decode()}{given}"
    return _NUMBERED.sub(lambda found: values[int(found[1]) - 1], query.decode())


def _blocks(raw: psycopg.Connection[Any], sql: str) -> int | None:
    """Past psycopg: a rollback that it sees would make it forget what is prepared."""
    if not sql.lstrip(" (\n").upper().startswith(_EXPLAINED):
        return None
    is_outside = raw.pgconn.transaction_status == TransactionStatus.IDLE
    before, after = (
        ("BEGIN", "ROLLBACK") if is_outside else ("SAVEPOINT explained", "ROLLBACK TO explained; RELEASE explained")
    )
    raw.pgconn.exec_(before.encode())
    told = raw.pgconn.exec_((_EXPLAIN + sql).encode())
    raw.pgconn.exec_(after.encode())
    if told.status != ExecStatus.TUPLES_OK:
        return None
    plan = json.loads(told.get_value(0, 0) or b"[{}]")[0]["Plan"]
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])
