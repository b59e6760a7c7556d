"""How many buffers a statement touches, by explaining it where it stands, just before it runs, and taking that back."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.pq import ExecStatus, TransactionStatus

from benchmarks.statement_log import Statement, StatementLog

_EXPLAIN = "EXPLAIN (ANALYZE, BUFFERS, SUMMARY, TIMING OFF, FORMAT JSON) "
_EXPLAINED = ("SELECT", "WITH", "INSERT", "UPDATE", "DELETE")


@contextmanager
def explained(log: StatementLog) -> Iterator[list[int | None]]:
    """For each statement that asks for something, in order: 8-kB blocks that were hit or read. None: it can't be explained."""
    touched: list[int | None] = []
    execute = psycopg.Cursor.execute

    def execute_explained(cursor: psycopg.Cursor[Any], query: Any, params: Any = None, **options: Any) -> Any:
        log.paused = True
        sql = psycopg.ClientCursor(cursor.connection).mogrify(query, params)
        if not Statement(sql).is_frame:
            touched.append(_blocks(cursor.connection, sql))
        log.paused = False
        return execute(cursor, query, params, **options)

    psycopg.Cursor.execute = execute_explained  # type: ignore[method-assign, assignment]
    try:
        yield touched
    finally:
        psycopg.Cursor.execute = execute  # type: ignore[method-assign]


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
