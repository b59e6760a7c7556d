"""The exchanges of a file by conversation. Whose a trace is may be said by another of its runs, wherever that stands in the file."""

from collections.abc import Iterator
from dataclasses import dataclass

from conversations.formats.readers.tables.sessions import Exchange
from conversations.formats.readers.tables.spool import Spool

_TABLES = (
    'CREATE TABLE traces (name TEXT PRIMARY KEY, session TEXT, "user" TEXT)',
    'CREATE TABLE waiting (conversation INTEGER PRIMARY KEY, trace TEXT, session TEXT, "user" TEXT, line INTEGER)',
)
_WAITING = "\x00"  # no name of an upload begins so


@dataclass(frozen=True, slots=True)
class Waiting:
    """Exchanges of one trace that say not all of whose they are; what the rest of the trace says is filled in."""

    conversation: int
    line: int
    trace: str
    session: str | None
    user: str | None


class TraceSpool(Spool):
    """Raises sqlite3.Error where the disk is full."""

    def __init__(self) -> None:
        super().__init__()
        for table in _TABLES:
            self._database.execute(table)

    def remember(self, trace: str, session: str | None, user: str | None) -> None:
        """What any run of a trace says of it; the first to say it counts."""
        if session is None and user is None:
            return
        self._database.execute(
            """INSERT INTO traces VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE
            SET session = coalesce(session, excluded.session), "user" = coalesce("user", excluded."user")""",
            (trace, session, user),
        )

    def waiting_for(self, exchange: Exchange, line: int) -> int:
        """A conversation that is named once all of its trace is there."""
        said = f"{exchange.session or ''}{_WAITING}{exchange.user or ''}"
        conversation = self.conversation(f"{_WAITING}{exchange.trace}", said, line)
        self._database.execute(
            "INSERT OR IGNORE INTO waiting VALUES (?, ?, ?, ?, ?)",
            (conversation, exchange.trace, exchange.session, exchange.user, line),
        )
        return conversation

    def waiting(self) -> Iterator[Waiting]:
        self.write()
        found = self._database.execute(
            """SELECT conversation, line, trace, coalesce(waiting.session, traces.session), coalesce(waiting."user", traces."user")
            FROM waiting LEFT JOIN traces ON traces.name = waiting.trace ORDER BY conversation"""
        )
        return (Waiting(*row) for row in found)

    def name(self, one: Waiting, subject: str, session: str) -> None:
        """It is this conversation of this subject, or a part of it."""
        target = self.conversation(subject, session, one.line)
        self._database.execute("UPDATE turns SET conversation = ? WHERE conversation = ?", (target, one.conversation))
        self._database.execute("DELETE FROM conversations WHERE id = ?", (one.conversation,))

    def leave_out(self, one: Waiting) -> int:
        """How many turns go with it."""
        (said,) = self._database.execute(
            "SELECT sum(said) FROM turns WHERE conversation = ?", (one.conversation,)
        ).fetchone()
        self.refuse(one.conversation)
        return said or 0
