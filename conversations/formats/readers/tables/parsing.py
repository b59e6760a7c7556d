"""Rows of a table put together into conversations, in whatever order they stand."""

import sqlite3
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import BinaryIO

from conversations.formats.faults import unforeseen
from conversations.formats.fields import FieldError, Record, excerpt, problem
from conversations.formats.limits import MAX_LANGUAGE_CHARACTERS, MAX_NAME_CHARACTERS
from conversations.formats.options import Options, SubjectPolicy
from conversations.formats.roles import turn_role
from conversations.formats.rows import ConversationRow, Row, RowError, Turn
from conversations.formats.subjects import file_subject
from conversations.formats.turns import check_size, turn_content

from .columns import columns_of, holds_exchanges, refuse_unless_whole
from .exchanges import asked_and_answered
from .spool import Spool, SpooledConversation, SpooledTurn
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
    yield from _rows(table, columns, options)


def _rows(table: AnyTable, columns: Mapping[str, str], options: Options) -> Iterator[Row | RowError]:
    """What is wrong with single rows first, then the conversations: which are whole is known at the end of the file."""
    is_numbered = "turn" in columns and not holds_exchanges(columns)
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
                    yield from _spooled(spool, place, _named(row, columns), columns, options)
            yield from (_conversation(one, is_numbered=is_numbered) for one in spool.conversations())
            yield from (_left_out(*one) for one in spool.refused())
    except sqlite3.Error as error:
        yield problem(line, "room on the disk to put the rows in order", str(error))


def _named(row: TableRow, columns: Mapping[str, str]) -> TableRow:
    return TableRow(row.line, row.record.renamed(columns))


def _spooled(
    spool: Spool, place: int, row: TableRow, columns: Mapping[str, str], options: Options
) -> Iterator[RowError]:
    line, record = row.line, row.record
    try:
        subject, name = _names(line, record, columns, options)
    except FieldError as error:
        yield error.row(line)
        spool.lose(_name_at_least(record), place)
        return
    conversation = spool.conversation(subject, name, line)
    try:
        for turn in _turns(line, record, columns):
            spool.add(conversation, place, turn)
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


def _conversation(spooled: SpooledConversation, *, is_numbered: bool) -> Row | RowError:
    """Whole, or the first reason why not."""
    turns: list[SpooledTurn] = []
    characters = 0
    try:
        for turn in spooled.turns:
            characters += len(turn.content)
            check_size(len(turns) + 1, characters, "content")
            if is_numbered:
                _refuse_same_number(turns, turn)
            turns.append(turn)
    except FieldError as error:
        return error.row(max(turn.line, turns[-1].line) if turns else turn.line)
    if not turns:
        return problem(spooled.line, "at least one turn with text", "none")
    return ConversationRow(
        line=spooled.line,
        subject=spooled.subject,
        conversation=None if spooled.name.startswith(_UNNAMED) else spooled.name,
        turns=tuple(Turn(turn.role, turn.content) for turn in turns),
        language=next((turn.language for turn in turns if turn.language), None),
        model=next((turn.model for turn in turns if turn.model), None),
    )


def _refuse_same_number(turns: list[SpooledTurn], turn: SpooledTurn) -> None:
    if turns and turn.number is not None and turn.number == turns[-1].number:
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


def _turns(line: int, record: Record, columns: Mapping[str, str]) -> Iterator[SpooledTurn]:
    number = _number(record)
    language = record.optional_text("language", MAX_LANGUAGE_CHARACTERS)
    model = record.optional_text("model", MAX_NAME_CHARACTERS)
    is_exchange = holds_exchanges(columns)
    for turn in asked_and_answered(record) if is_exchange else [Turn(turn_role(record), turn_content(record))]:
        yield SpooledTurn(line, number, turn.role, turn.content, language, model)


def _number(record: Record) -> int | None:
    """By what the turns of a conversation are put in order: their numbers, or their moments in microseconds."""
    if record.has("turn"):
        value = str(record.text_or_number("turn", "a whole number")).strip().removesuffix(".0")
        if not value.isdecimal() or len(value) > 9:
            raise record.error("turn", "a whole number")
        return int(value)
    if record.has("time") and not record.missing("time"):
        moment = _moment(record)
        if abs(moment) >= 2**63:
            raise record.error("time", "a moment, like 2026-05-01T09:30:00")
        return moment
    return None


def _moment(record: Record) -> int:
    value = record.text_or_number("time", "a moment, like 2026-05-01T09:30:00")
    if not isinstance(value, str):
        return round((value or 0) * 1_000_000)
    text = value.strip()
    if text.replace(".", "", 1).isdecimal():
        return round(float(text) * 1_000_000)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise record.error("time", "a moment, like 2026-05-01T09:30:00") from None
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return round(aware.timestamp() * 1_000_000)
