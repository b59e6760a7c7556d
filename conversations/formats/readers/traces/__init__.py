"""Traces of applications: a session is one conversation, its user the subject, and each exchange is said once.

LangSmith's runs, OpenTelemetry's spans with GenAI attributes, Langfuse's traces and observations. They may stand in any order.
"""

import sqlite3
from collections.abc import Iterator
from typing import Any, BinaryIO

from conversations.formats.faults import unforeseen
from conversations.formats.fields import FieldError, Record, problem
from conversations.formats.options import Options, SubjectPolicy
from conversations.formats.reader import Beginning, Reader
from conversations.formats.readers.tables.sessions import Exchange, Session
from conversations.formats.readers.tables.spool import SpooledConversation, SpooledTurn
from conversations.formats.records import read_records
from conversations.formats.rows import ConversationRow, Row, RowError
from conversations.formats.subjects import file_subject

from .langfuse import exchanges_of_trace
from .runs import exchanges_of_run
from .spans import Problem, exchanges_of_spans
from .trace_spool import TraceSpool
from .who import Remember


def _rows(stream: BinaryIO, options: Options) -> Iterator[Row | RowError]:
    line = 0
    try:
        with TraceSpool() as spool:
            for each in read_records(stream):
                if isinstance(each, RowError):
                    yield each
                    continue
                line, value = each
                yield from _kept(spool, line, value, options)
            if spool.is_empty and line:
                yield problem(line, "calls of a model with what was asked and answered", "none in the whole file")
            yield from _named(spool, options)
            for conversation in spool.conversations():
                yield from _conversation(spool, conversation)
    except sqlite3.Error as error:
        yield problem(line, "room on the disk to put the traces in order", str(error))


def _named(spool: TraceSpool, options: Options) -> Iterator[RowError]:
    """Exchanges that did not say all of whose they are get what their trace says."""
    for one in spool.waiting():
        session = one.session or one.trace
        try:
            spool.name(one, _subject(session, one.user, options), session)
        except FieldError as error:
            turns = spool.leave_out(one)
            found = f"none; {turns} turn{'' if turns == 1 else 's'} of it left out"
            yield FieldError(error.field, error.expected, found).row(one.line)


def _kept(spool: TraceSpool, line: int, value: Any, options: Options) -> Iterator[RowError]:
    """What can't be read of a trace costs that trace; a session is known by what is left of it."""
    problems: list[FieldError] = []
    try:
        for exchange in _exchanges(Record.of(value), problems.append, spool.remember):
            _spool(spool, line, exchange, options, problems.append)
    except FieldError as error:
        problems.append(error)
    except sqlite3.Error:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, it is this row's problem
        yield unforeseen(line, error)
    yield from (error.row(line) for error in problems)


def _spool(spool: TraceSpool, line: int, exchange: Exchange, options: Options, report: Problem) -> None:
    try:
        conversation = _conversation_of(spool, line, exchange, options)
    except FieldError as error:
        report(error)
        return
    said, turns = exchange.as_text(), exchange.new_turns
    turn = SpooledTurn(line, exchange.moment, "exchange", said, None, exchange.model, said=turns)
    spool.add(conversation, line, turn)


def _conversation_of(spool: TraceSpool, line: int, exchange: Exchange, options: Options) -> int:
    lacks_user = exchange.user is None and options.subject_policy is SubjectPolicy.FIELD
    if exchange.session is None or lacks_user:
        return spool.waiting_for(exchange, line)
    return spool.conversation(_subject(exchange.session, exchange.user, options), exchange.session, line)


def _exchanges(record: Record, report: Problem, remember: Remember) -> Iterator[Exchange]:
    if record.has("run_type"):
        yield from exchanges_of_run(record, remember)
    elif any(map(record.has, ("resourceSpans", "scopeSpans", "attributes"))):
        yield from exchanges_of_spans(record, report, remember)
    else:
        yield from exchanges_of_trace(record, remember)


def _subject(session: str, user: str | None, options: Options) -> str:
    if options.subject_policy is SubjectPolicy.FILE:
        return file_subject(options)
    if options.subject_policy is SubjectPolicy.CONVERSATION:
        return session
    if user is None:
        raise FieldError("user_id", "a user in the trace or its metadata; or say what one subject is", "none")
    return user


def _conversation(spool: TraceSpool, spooled: SpooledConversation) -> Iterator[Row | RowError]:
    session = Session()
    model: str | None = None
    try:
        for each in spool.turns(spooled):
            session.add(each.content)
            model = model or each.model
        session.end()
    except FieldError as error:
        yield error.row(spooled.line)
        return
    if session.turns:
        yield ConversationRow(
            line=spooled.line,
            subject=spooled.subject,
            conversation=spooled.name,
            turns=tuple(session.turns),
            model=model,
        )
    elif not session.problems:
        yield problem(spooled.line, "at least one message with text", "none")
    yield from (error.row(spooled.line, kept=bool(session.turns)) for error in session.problems)


def _recognises(beginning: Beginning) -> bool:
    element = beginning.element
    if element is None:
        return False
    if element.has("run_type", "inputs") or element.has("resourceSpans") or element.has("scopeSpans"):
        return True
    if element.has("input", "output"):
        is_row = element.has("session_id", "timestamp")
        return is_row or any(map(element.has, ("sessionId", "traceId", "trace_id", "observations", "latency")))
    return element.has("attributes") and any(map(element.has, ("trace_id", "traceId", "span_id", "context")))


READER = Reader(
    name="traces",
    label="Traces",
    help="LangSmith runs, OpenTelemetry GenAI spans, Langfuse traces: a session is one conversation, its user the subject.",
    section="Traces",
    recognises=_recognises,
    rows=_rows,
    propose=lambda _head: Options(SubjectPolicy.FIELD, "user_id"),
    holds_conversations_only=True,
)
