"""Turns put together by conversation, in whatever order their rows stand, in memory that does not grow with the file.

They lie in a temporary database of SQLite's that vanishes with its connection.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

_CACHE_KILOBYTES = 16_384
_ROWS_AT_ONCE = 2_000
_CHARACTERS_AT_ONCE = 1024 * 1024
_TABLES = (
    """CREATE TABLE conversations (id INTEGER PRIMARY KEY, subject TEXT, name TEXT, line INTEGER,
    is_refused INTEGER DEFAULT 0, UNIQUE (subject, name))""",
    """CREATE TABLE turns (conversation INTEGER, number INTEGER, place INTEGER, line INTEGER, role TEXT, content TEXT,
    language TEXT, model TEXT, month_first INTEGER, said INTEGER)""",
    "CREATE TABLE lost (name TEXT, place INTEGER)",
)


class Order(StrEnum):
    """In which the turns of a conversation are read; those alike in it in the order of their rows."""

    NUMBER = "number, place, rowid"
    MONTH_FIRST = "month_first, place, rowid"
    ROWS = "place, rowid"


@dataclass(frozen=True, slots=True)
class SpooledTurn:
    line: int
    number: int | None  # None where the file numbers no turns: then the order of the rows counts
    role: str
    content: str
    language: str | None
    model: str | None
    month_first: int | None = None  # the number by another reading of its moment
    said: int = 1  # turns that are lost with it


@dataclass(frozen=True, slots=True)
class SpooledConversation:
    number: int
    line: int
    subject: str
    name: str


@dataclass(frozen=True, slots=True)
class Numbered:
    """How far the numbers of a conversation's turns tell their order."""

    turns: int
    without: int  # turns that have none
    is_twofold: bool  # by the other reading of their moments they stand in another order


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
            (
                *(conversation, turn.number, place, turn.line, turn.role, turn.content, turn.language, turn.model),
                *(turn.month_first, turn.said),
            )
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
        """Those that are whole, in the order in which they begin."""
        self.write()
        self._refuse_those_with_a_hole()
        for number, line, subject, name in self._database.execute(
            "SELECT id, line, subject, name FROM conversations WHERE NOT is_refused ORDER BY id"
        ):
            yield SpooledConversation(number, line, subject, name)

    def refused(self) -> Iterator[tuple[int, str, int]]:
        """Those that are not whole, once all were asked for: their line, name and how many of their turns were read."""
        yield from self._database.execute(
            """SELECT conversations.line, name, sum(said) FROM conversations JOIN turns ON turns.conversation = conversations.id
            WHERE is_refused GROUP BY conversations.id ORDER BY conversations.id"""
        )

    def turns(self, of: SpooledConversation, order: Order = Order.NUMBER) -> Iterator[SpooledTurn]:
        found = self._database.execute(
            f"""SELECT line, number, role, content, language, model, month_first FROM turns
            WHERE conversation = ? ORDER BY {order}""",  # noqa: S608 - one of three
            (of.number,),
        )
        return (SpooledTurn(*row) for row in found)

    def said_beside(self, of: SpooledConversation, line: int) -> int:
        """How many turns the other rows of the conversation hold."""
        said, *_ = self._database.execute(
            "SELECT COALESCE(sum(said), 0) FROM turns WHERE conversation = ? AND line <> ?", [of.number, line]
        ).fetchone()
        return int(said)

    def numbered(self, of: SpooledConversation) -> Numbered:
        turns, without, moved = self._database.execute(
            f"""SELECT count(*), count(*) - count(number), coalesce(sum(by_day <> by_month), 0) FROM (
                SELECT number, row_number() OVER (ORDER BY {Order.NUMBER}) AS by_day,
                    row_number() OVER (ORDER BY {Order.MONTH_FIRST}) AS by_month FROM turns WHERE conversation = ?
            )""",  # noqa: S608 - as above
            (of.number,),
        ).fetchone()
        return Numbered(turns, without, bool(moved))

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

    def write(self) -> None:
        """All that was added; from then on it is found by conversation."""
        self._write()
        self._database.execute("CREATE INDEX IF NOT EXISTS by_conversation ON turns (conversation, number, place)")

    def _write(self) -> None:
        self._database.executemany("INSERT INTO turns VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", self._waiting)
        self._waiting.clear()
        self._characters = 0
