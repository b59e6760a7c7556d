"""What PostgreSQL says of the statements of one connection while they run: how often each was planned, and what that took.

The server itself tells, by its own log sent to the client: so nothing is missed, whether it came by the ORM, a raw cursor or from
inside a function, and a statement that was prepared and kept its generic plan is seen by its name and by not being planned.
Times are CPU milliseconds of the server's process: other work on the machine does not lengthen them. Needs a superuser.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from django.db.backends.base.base import BaseDatabaseWrapper

_SETTINGS = {
    "log_statement": "'all'",
    "log_planner_stats": "on",
    "log_executor_stats": "on",
    "client_min_messages": "log",
}
_SIMPLE = re.compile(r"statement: (.*)", re.DOTALL)
_EXTENDED = re.compile(r"execute ([^:]+): (.*)", re.DOTALL)
_USED = re.compile(r"([\d.]+) s user, ([\d.]+) s system")
_UNPREPARED = "<unnamed>"


@dataclass(slots=True)
class LoggedStatement:
    """``prepared`` is its name on the server, or empty. ``plans``: how many statements were planned for it, nested ones too."""

    sql: str
    prepared: str = ""
    plans: int = 0
    planning_ms: float = 0.0
    execution_ms: float = 0.0

    @property
    def is_frame(self) -> bool:
        """BEGIN, COMMIT, ROLLBACK, savepoints and the pool's empty statement: round trips that ask for nothing."""
        words = self.sql.strip(" ;").split(maxsplit=1)
        return not words or words[0].upper() in {"BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "DEALLOCATE"}


@dataclass(slots=True)
class StatementLog:
    statements: list[LoggedStatement] = field(default_factory=list)
    paused: bool = False
    _ahead: LoggedStatement = field(default_factory=lambda: LoggedStatement(""))  # planned before it is named
    _has_run: bool = True

    @property
    def asking(self) -> list[LoggedStatement]:
        return [one for one in self.statements if not one.is_frame]

    @property
    def planning_ms(self) -> float:
        return sum(one.planning_ms for one in self.statements)

    @property
    def execution_ms(self) -> float:
        return sum(one.execution_ms for one in self.statements)

    def take(self, told: psycopg.errors.Diagnostic) -> None:
        if self.paused or told.severity_nonlocalized != "LOG" or told.message_primary is None:
            return
        words, used = told.message_primary, _milliseconds(told.message_detail or "")
        if words == "PLANNER STATISTICS":
            one = self._ahead if self._has_run else self.statements[-1]
            one.plans += 1
            one.planning_ms += used
        elif words == "EXECUTOR STATISTICS" and self.statements:
            self.statements[-1].execution_ms += used
            self._has_run = True
        elif found := _SIMPLE.match(words):
            self._begin(found[1], "")
        elif found := _EXTENDED.match(words):
            self._begin(found[2], "" if found[1] == _UNPREPARED else found[1])

    def _begin(self, sql: str, prepared: str) -> None:
        """The extended protocol plans before it names what it executes, the simple one after it."""
        ahead, self._ahead = self._ahead, LoggedStatement("")
        ahead.sql, ahead.prepared = sql, prepared
        self.statements.append(ahead)
        self._has_run = ahead.is_frame


@contextmanager
def statements_of(connection: BaseDatabaseWrapper) -> Iterator[StatementLog]:
    """All statements that are sent by this connection of Django's meanwhile."""
    connection.ensure_connection()
    raw: psycopg.Connection[Any] = connection.connection
    log = StatementLog()
    with _listening(raw, log):
        yield log


@contextmanager
def _listening(raw: psycopg.Connection[Any], log: StatementLog) -> Iterator[None]:
    """Settings go past psycopg, which must not take them for the program's statements."""
    for name, value in _SETTINGS.items():
        raw.pgconn.exec_(f"SET {name} = {value}".encode())
    raw.add_notice_handler(log.take)
    try:
        yield
    finally:
        raw.remove_notice_handler(log.take)
        for name in reversed(_SETTINGS):
            raw.pgconn.exec_(f"RESET {name}".encode())


def _milliseconds(detail: str) -> float:
    found = _USED.search(detail)
    return 1000 * (float(found[1]) + float(found[2])) if found else 0.0
