"""Rows of CSV put together into conversations, in whatever order they stand."""

import csv
import sqlite3
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from conversations.formats.faults import unforeseen
from conversations.formats.fields import FieldError, Record, excerpt, problem
from conversations.formats.limits import MAX_LANGUAGE_CHARACTERS, MAX_LINE_BYTES, MAX_NAME_CHARACTERS
from conversations.formats.options import Options, SubjectPolicy
from conversations.formats.roles import turn_role
from conversations.formats.rows import ConversationRow, Row, RowError, Turn
from conversations.formats.subjects import file_subject
from conversations.formats.turns import check_size, turn_content

from .columns import DEFAULT_COLUMNS, sniff_delimiter
from .spool import Spool, SpooledConversation, SpooledTurn

_OPTIONAL = frozenset({"turn", "language", "model"})


def parse_csv(stream: BinaryIO, options: Options) -> Iterator[Row | RowError]:
    source = _Lines(stream)
    header_line = source.header()
    try:
        reader = _reader([header_line], sniff_delimiter(header_line))
        header = next(reader, [])
        columns = _columns(header, options)
    except csv.Error as error:
        yield problem(1, "a header line of CSV", str(error))
        return
    except FieldError as error:
        yield error.row(1)
        return
    yield from _rows(source, _reader(source, sniff_delimiter(header_line)), header, columns, options)


def _reader(source: Iterable[str], delimiter: str) -> Iterator[list[str]]:
    csv.field_size_limit(MAX_LINE_BYTES)
    return csv.reader(iter(source), delimiter=delimiter, strict=True)


class _Lines:
    """Decoded lines. A byte that is not UTF-8 becomes half a surrogate pair, which its own row is then refused for."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.number = 0
        self.problems: list[RowError] = []

    def header(self) -> str:
        line = self._next().removeprefix("\ufeff")
        while line and not line.strip():
            line = self._next()
        return line

    def __iter__(self) -> Iterator[str]:
        while line := self._next():
            yield line

    def _next(self) -> str:
        line = self.stream.readline(MAX_LINE_BYTES + 1)
        self.number += bool(line)
        if len(line) > MAX_LINE_BYTES and not line.endswith(b"\n"):
            self.problems.append(problem(self.number, f"at most {MAX_LINE_BYTES:,} bytes", "a longer line"))
            while line and not line.endswith(b"\n"):
                line = self.stream.readline(MAX_LINE_BYTES)
            return "\n"
        return line.decode("utf-8", "surrogateescape")


def _columns(header: list[str], options: Options) -> dict[str, int]:
    """Where each of our fields stands; a column that was named but is not there is refused."""
    places = {name.strip(): index for index, name in enumerate(header)}
    if len(places) != len(header):
        raise FieldError("", "a header that names each column once", excerpt(", ".join(header)))
    columns: dict[str, int] = {}
    for ours, default in DEFAULT_COLUMNS.items():
        name = _column(ours, default, options)
        if name in places:
            columns[ours] = places[name]
        elif _wanted(ours, options):
            found = f"the columns {', '.join(excerpt(column) for column in header[:20])}"
            raise FieldError(name, f"a column for {ours}: say which one it is", found)
    return columns


def _column(ours: str, default: str, options: Options) -> str:
    if ours == "subject" and options.subject_field:
        return options.subject_field
    return options.columns.get(ours, default)


def _wanted(ours: str, options: Options) -> bool:
    if ours == "subject":
        return options.subject_policy is SubjectPolicy.FIELD
    return ours not in _OPTIONAL or bool(options.columns.get(ours))


def _rows(
    source: _Lines, reader: Iterator[list[str]], header: list[str], columns: dict[str, int], options: Options
) -> Iterator[Row | RowError]:
    """What is wrong with single rows first, then the conversations: which are whole is known at the end of the file."""
    try:
        with Spool() as spool:
            for place, (line, cells) in enumerate(_cells(source, reader, len(header))):
                if isinstance(cells, RowError):
                    yield cells
                    spool.lose(None, place)
                else:
                    record = Record({ours: cells[column] for ours, column in columns.items()})
                    yield from _spooled(spool, place, line, record, options)
            yield from map(_conversation, spool.conversations())
    except sqlite3.Error as error:
        yield problem(source.number, "room on the disk to put the rows in order", str(error))


def _spooled(spool: Spool, place: int, line: int, record: Record, options: Options) -> Iterator[RowError]:
    try:
        subject, name = _names(record, options)
    except FieldError as error:
        yield error.row(line)
        spool.lose(_name_at_least(record), place)
        return
    conversation = spool.conversation(subject, name, line)
    try:
        spool.add(conversation, place, _turn(line, record))
    except FieldError as error:
        yield error.row(line)
        spool.refuse(conversation)
    except sqlite3.Error:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, it is this row's problem
        yield unforeseen(line, error)
        spool.refuse(conversation)


def _conversation(spooled: SpooledConversation) -> Row | RowError:
    """Whole, or the first reason why not."""
    turns: list[SpooledTurn] = []
    characters = 0
    try:
        for turn in spooled.turns:
            characters += len(turn.content)
            check_size(len(turns) + 1, characters, "content")
            _refuse_same_number(turns, turn)
            turns.append(turn)
    except FieldError as error:
        return error.row(max(turn.line, turns[-1].line) if turns else turn.line)
    return ConversationRow(
        line=spooled.line,
        subject=spooled.subject,
        conversation=spooled.name,
        turns=tuple(Turn(turn.role, turn.content) for turn in turns),
        language=next((turn.language for turn in turns if turn.language), None),
        model=next((turn.model for turn in turns if turn.model), None),
    )


def _refuse_same_number(turns: list[SpooledTurn], turn: SpooledTurn) -> None:
    if turns and turn.number is not None and turn.number == turns[-1].number:
        expected = "a number that no other turn of the conversation has"
        raise FieldError("turn", expected, f"{turn.number} a second time")


def _cells(source: _Lines, reader: Iterator[list[str]], width: int) -> Iterator[tuple[int, list[str] | RowError]]:
    while True:
        line = source.number + 1
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            yield line, problem(line, "a row of CSV", str(error))
            continue
        finally:
            problems, source.problems = source.problems, []
        for error_row in problems:
            yield error_row.line, error_row
        if not cells:
            continue
        if len(cells) != width:
            yield line, problem(line, f"{width} cells", f"{len(cells)}")
        else:
            yield line, cells
    for error_row in problems:
        yield error_row.line, error_row


def _names(record: Record, options: Options) -> tuple[str, str]:
    conversation = record.identifier("conversation")
    if options.subject_policy is SubjectPolicy.FILE:
        return file_subject(options), conversation
    if options.subject_policy is SubjectPolicy.CONVERSATION:
        return conversation, conversation
    return record.identifier("subject"), conversation


def _name_at_least(record: Record) -> str | None:
    """The conversation of a row whose subject nobody can tell."""
    try:
        return record.identifier("conversation")
    except FieldError:
        return None


def _turn(line: int, record: Record) -> SpooledTurn:
    return SpooledTurn(
        line=line,
        number=_turn_number(record),
        role=turn_role(record),
        content=turn_content(record),
        language=record.optional_text("language", MAX_LANGUAGE_CHARACTERS),
        model=record.optional_text("model", MAX_NAME_CHARACTERS),
    )


def _turn_number(record: Record) -> int | None:
    if not record.has("turn"):
        return None
    value = record.text("turn", blank=True).strip()
    if not value.isdecimal() or len(value) > 9:
        raise record.error("turn", "a whole number")
    return int(value)
