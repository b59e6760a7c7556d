"""Turns put together by conversation, in whatever order their rows stand, in memory that does not grow with the file.

They lie in a temporary database of SQLite's that vanishes with its connection.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

_CACHE_KILOBYTES = 16_384
_ROWS_AT_ONCE = 2_000
_CHARACTERS_AT_ONCE = 1024 * 1024
_TABLES = (
    """CREATE TABLE conversations (id INTEGER PRIMARY KEY, subject TEXT, name TEXT, line INTEGER,
    is_refused INTEGER DEFAULT 0, UNIQUE (subject, name))""",
    """CREATE TABLE turns (conversation INTEGER, number INTEGER, place INTEGER, line INTEGER, role TEXT, content TEXT,
    language TEXT, model TEXT)""",
    "CREATE TABLE lost (name TEXT, place INTEGER)",
)


@dataclass(frozen=True, slots=True)
class SpooledTurn:
    line: int
    number: int | None  # None where the file numbers no turns: then the order of the rows counts
    role: str
    content: str
    language: str | None
    model: str | None


@dataclass(frozen=True, slots=True)
class SpooledConversation:
    line: int
    subject: str
    name: str
    turns: Iterator[SpooledTurn]


class Spool:
    """Raises sqlite3.Error where the disk is full."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None)  # a file without a name, kept in memory while small
        self._waiting: list[tuple[object, ...]] = []
        self._characters = 0
        self._last: tuple[tuple[str, str], int] | None = None
        for setting in (f"cache_size = -{_CACHE_KILOBYTES}", "journal_mode = OFF", "synchronous = OFF"):
            self._database.execute(f"PRAGMA {setting}")
        for table in _TABLES:
            self._database.execute(table)
        self._database.execute("BEGIN")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def conversation(self, subject: str, name: str, line: int) -> int:
        """Which one it is; a new one begins at this line."""
        key = (subject, name)
        if self._last is None or self._last[0] != key:
            insert = "INSERT OR IGNORE INTO conversations (subject, name, line) VALUES (?, ?, ?)"
            self._database.execute(insert, (subject, name, line))
            found = self._database.execute("SELECT id FROM conversations WHERE subject = ? AND name = ?", key)
            self._last = key, found.fetchone()[0]
        return self._last[1]

    def add(self, conversation: int, place: int, turn: SpooledTurn) -> None:
        self._waiting.append(
            (conversation, turn.number, place, turn.line, turn.role, turn.content, turn.language, turn.model)
        )
        self._characters += len(turn.content)
        if len(self._waiting) >= _ROWS_AT_ONCE or self._characters >= _CHARACTERS_AT_ONCE:
            self._write()

    @property
    def is_empty(self) -> bool:
        return self._last is None

    def refuse(self, conversation: int) -> None:
        """A row of it can't be read, so it is not whole."""
        self._database.execute("UPDATE conversations SET is_refused = 1 WHERE id = ?", (conversation,))

    def lose(self, name: str | None, place: int) -> None:
        """A row of which nobody can say whose it was: by its name if it has one, else by where it stands."""
        self._database.execute("INSERT INTO lost VALUES (?, ?)", (name, place))

    def conversations(self) -> Iterator[SpooledConversation]:
        """Those that are whole, in the order in which they begin. Read each to its end before the next."""
        self._write()
        self._database.execute("CREATE INDEX by_conversation ON turns (conversation, number, place)")
        self._refuse_those_with_a_hole()
        for number, line, subject, name in self._database.execute(
            "SELECT id, line, subject, name FROM conversations WHERE NOT is_refused ORDER BY id"
        ):
            yield SpooledConversation(line, subject, name, self._turns(number))

    def refused(self) -> Iterator[tuple[int, str, int]]:
        """Those that are not whole, once all were asked for: their line, name and how many of their turns were read."""
        yield from self._database.execute(
            """SELECT conversations.line, name, count(*) FROM conversations JOIN turns ON turns.conversation = conversations.id
            WHERE is_refused GROUP BY conversations.id ORDER BY conversations.id"""
        )

    def _turns(self, conversation: int) -> Iterator[SpooledTurn]:
        found = self._database.execute(
            """SELECT line, number, role, content, language, model FROM turns
            WHERE conversation = ? ORDER BY number, place, rowid""",
            (conversation,),
        )
        return (SpooledTurn(*row) for row in found)

    def _refuse_those_with_a_hole(self) -> None:
        """A lost row may have been a turn of every conversation around the place where it stood."""
        self._database.execute(
            "UPDATE conversations SET is_refused = 1 WHERE name IN (SELECT name FROM lost WHERE name IS NOT NULL)"
        )
        if self._database.execute("SELECT 1 FROM lost WHERE name IS NULL LIMIT 1").fetchone():
            self._database.execute("CREATE INDEX by_place ON lost (place)")
            self._database.execute(
                """UPDATE conversations SET is_refused = 1 WHERE id IN (
                    SELECT conversation FROM (
                        SELECT conversation, min(place) - 1 AS first, max(place) + 1 AS last
                        FROM turns GROUP BY conversation
                    ) WHERE EXISTS (SELECT 1 FROM lost WHERE lost.name IS NULL AND lost.place BETWEEN first AND last)
                )"""
            )

    def _write(self) -> None:
        self._database.executemany("INSERT INTO turns VALUES (?, ?, ?, ?, ?, ?, ?, ?)", self._waiting)
        self._waiting.clear()
        self._characters = 0
