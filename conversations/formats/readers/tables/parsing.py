"""Rows of a table put together into conversations, in whatever order they stand."""

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import BinaryIO

from conversations.formats.faults import unforeseen
from conversations.formats.fields import FieldError, Record, excerpt, problem
from conversations.formats.limits import MAX_LANGUAGE_CHARACTERS, MAX_NAME_CHARACTERS
from conversations.formats.options import Options, SubjectPolicy
from conversations.formats.roles import turn_role
from conversations.formats.rows import ConversationRow, Row, RowError, Turn
from conversations.formats.subjects import file_subject
from conversations.formats.turns import turn_content

from .columns import columns_of, holds_exchanges, refuse_unless_whole
from .moments import Moment, moment_of, order_of, reading_of
from .sessions import Session, exchange_of_row
from .spool import Order, Spool, SpooledConversation, SpooledTurn
from .table_rows import AnyTable, TableRow, table_of


def parse_table(stream: BinaryIO, options: Options) -> Iterator[Row | RowError]:
    line = 1
    try:
        table = table_of(stream)
        line = table.line
        columns = columns_of(table.names, options)
        refuse_unless_whole(columns, table.names, options)
    except FieldError as error:
        yield error.row(line)
        return
    yield from _rows(table, _Reading(columns, options))


@dataclass(slots=True)
class _Reading:
    """How the rows of a table are read, and what its moments told so far."""

    columns: Mapping[str, str]
    options: Options
    told: set[str] = field(default_factory=set)

    @property
    def is_exchange(self) -> bool:
        return holds_exchanges(self.columns)

    @property
    def is_numbered(self) -> bool:
        return "turn" in self.columns

    @property
    def is_timed(self) -> bool:
        return "time" in self.columns and not self.is_numbered


def _rows(table: AnyTable, reading: _Reading) -> Iterator[Row | RowError]:
    """What is wrong with single rows first, then the conversations: which are whole is known at the end of the file."""
    line = 0
    try:
        with Spool() as spool:
            for place, row in enumerate(table):
                line = row.line
                if isinstance(row, RowError):
                    yield row
                    if not row.kept:
                        spool.lose(None, place)
                else:
                    yield from _spooled(spool, place, _named(row, reading.columns), reading)
            for one in spool.conversations():
                yield from _conversation(spool, one, reading)
            yield from (_left_out(*one) for one in spool.refused())
    except sqlite3.Error as error:
        yield problem(line, "room on the disk to put the rows in order", str(error))


def _named(row: TableRow, columns: Mapping[str, str]) -> TableRow:
    return TableRow(row.line, row.record.renamed(columns))


def _spooled(spool: Spool, place: int, row: TableRow, reading: _Reading) -> Iterator[RowError]:
    line, record = row.line, row.record
    try:
        subject, name = _names(line, record, reading.columns, reading.options)
    except FieldError as error:
        yield error.row(line)
        spool.lose(_name_at_least(record), place)
        return
    conversation = spool.conversation(subject, name, line)
    moment: Moment | None = None
    try:
        moment = moment_of(record) if reading.is_timed else None
    except FieldError as error:
        yield error.row(line, kept=True)
    reading.told.update([moment.told] if moment and moment.told else [])
    try:
        spool.add(conversation, place, _turn(line, record, moment, reading))
    except FieldError as error:
        yield error.row(line)
        spool.refuse(conversation)
    except sqlite3.Error:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, it is this row's problem
        yield unforeseen(line, error)
        spool.refuse(conversation)


def _left_out(line: int, name: str, turns: int) -> RowError:
    """No turn that could be read is lost without a word."""
    said = f"{turns} turn{'' if turns == 1 else 's'} of {'an exchange' if name.startswith(_UNNAMED) else excerpt(name)}"
    return problem(line, "a conversation of which every row can be read", f"{said}, left out for a row that can't be")


def _conversation(spool: Spool, spooled: SpooledConversation, reading: _Reading) -> Iterator[Row | RowError]:
    """Whole, or the first reason why not."""
    order, unordered = Order.NUMBER, None
    if reading.is_timed:
        order, unordered = order_of(spool.numbered(spooled), reading_of(reading.told))
    rows: list[SpooledTurn] = []
    session = Session()
    line = at = spooled.line
    try:
        for row in spool.turns(spooled, order):
            line, at = max(line, row.line), row.line
            if reading.is_exchange:
                session.add(row.content)
            else:
                session.tell([Turn(row.role, row.content)], "content")
                if reading.is_numbered:
                    _refuse_same_number(rows, row)
            rows.append(replace(row, content=""))
    except FieldError as error:
        yield error.row(line)
        if others := spool.said_beside(spooled, at):
            yield _left_out(spooled.line, spooled.name, others)
        return
    if not session.turns:
        yield problem(spooled.line, "at least one turn with text", "none")
        return
    yield ConversationRow(
        line=spooled.line,
        subject=spooled.subject,
        conversation=None if spooled.name.startswith(_UNNAMED) else spooled.name,
        turns=tuple(session.turns),
        language=next((row.language for row in rows if row.language), None),
        model=next((row.model for row in rows if row.model), None),
    )
    yield from [] if unordered is None else [unordered.row(spooled.line, kept=True)]


def _refuse_same_number(turns: list[SpooledTurn], turn: SpooledTurn) -> None:
    if turns and turn.number == turns[-1].number:
        expected = "a number that no other turn of the conversation has"
        raise FieldError("turn", expected, f"{turn.number} a second time")


_UNNAMED = "\x00"  # no uploaded name begins so: an exchange without a conversation is one of its own


def _names(line: int, record: Record, columns: Mapping[str, str], options: Options) -> tuple[str, str]:
    conversation = record.identifier("conversation") if "conversation" in columns else f"{_UNNAMED}{line}"
    if options.subject_policy is SubjectPolicy.FILE:
        return file_subject(options), conversation
    if options.subject_policy is SubjectPolicy.CONVERSATION:
        return conversation.replace(_UNNAMED, "row "), conversation
    return record.identifier("subject"), conversation


def _name_at_least(record: Record) -> str | None:
    """The conversation of a row whose subject nobody can tell."""
    try:
        return record.identifier("conversation")
    except FieldError:
        return None


def _turn(line: int, record: Record, moment: Moment | None, reading: _Reading) -> SpooledTurn:
    language = record.optional_text("language", MAX_LANGUAGE_CHARACTERS)
    model = record.optional_text("model", MAX_NAME_CHARACTERS)
    number, month_first = (moment.day_first, moment.month_first) if moment else (None, None)
    if reading.is_numbered:
        number = _number(record)
    if reading.is_exchange:
        exchange = exchange_of_row(record)
        return SpooledTurn(
            line, number, "exchange", exchange.as_text(), language, model, month_first, exchange.new_turns
        )
    return SpooledTurn(line, number, turn_role(record), turn_content(record), language, model, month_first)


def _number(record: Record) -> int:
    value = str(record.text_or_number("turn", "a whole number")).strip().removesuffix(".0")
    if not value.isdecimal() or len(value) > 9:
        raise record.error("turn", "a whole number")
    return int(value)
