"""Traces of applications: a session is one conversation, its user the subject, and each exchange is said once.

LangSmith's runs, OpenTelemetry's spans with GenAI attributes, Langfuse's traces and observations. They may stand in any order.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, BinaryIO

from conversations.formats.faults import unforeseen
from conversations.formats.fields import FieldError, Record, problem
from conversations.formats.options import Options, SubjectPolicy
from conversations.formats.reader import Beginning, Reader
from conversations.formats.readers.tables.exchanges import asked_and_answered
from conversations.formats.readers.tables.spool import Spool, SpooledConversation, SpooledTurn
from conversations.formats.records import read_records
from conversations.formats.rows import ConversationRow, Row, RowError, Turn
from conversations.formats.subjects import file_subject
from conversations.formats.turns import check_size

from .spans import attributes_of, first_of, numbered_messages

_SESSIONS = (
    "thread_id",
    "session_id",
    "conversation_id",
    "sessionId",
    "gen_ai.conversation.id",
    "session.id",
    "langfuse.session.id",
)
_USERS = ("user_id", "userId", "user", "user.id", "enduser.id", "langfuse.user.id", "gen_ai.user.id")
_INPUTS = (
    "gen_ai.input.messages",
    "gen_ai.prompt",
    "input.value",
    "langfuse.observation.input",
    "traceloop.entity.input",
)
_OUTPUTS = (
    "gen_ai.output.messages",
    "gen_ai.completion",
    "output.value",
    "langfuse.observation.output",
    "traceloop.entity.output",
)


@dataclass(frozen=True, slots=True)
class _Exchange:
    user: str | None
    session: str
    moment: int
    model: str | None
    turns: list[Turn]


def _rows(stream: BinaryIO, options: Options) -> Iterator[Row | RowError]:
    line = 0
    try:
        with Spool() as spool:
            for place, each in enumerate(read_records(stream)):
                if isinstance(each, RowError):
                    yield each
                    continue
                line, value = each
                yield from _kept(spool, place, line, value, options)
            yield from map(_conversation, spool.conversations())
    except sqlite3.Error as error:
        yield problem(line, "room on the disk to put the traces in order", str(error))


def _kept(spool: Spool, place: int, line: int, value: Any, options: Options) -> Iterator[RowError]:
    """What can't be read of a trace costs that trace; a session is known by what is left of it."""
    try:
        for exchange in _exchanges(Record.of(value)):
            subject = _subject(exchange, options)
            conversation = spool.conversation(subject, exchange.session, line)
            for turn in exchange.turns:
                spool.add(
                    conversation,
                    place,
                    SpooledTurn(line, exchange.moment, turn.role, turn.content, None, exchange.model),
                )
    except FieldError as error:
        yield error.row(line)
    except sqlite3.Error:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, it is this row's problem
        yield unforeseen(line, error)


def _subject(exchange: _Exchange, options: Options) -> str:
    if options.subject_policy is SubjectPolicy.FILE:
        return file_subject(options)
    if options.subject_policy is SubjectPolicy.CONVERSATION:
        return exchange.session
    if exchange.user is None:
        raise FieldError("user_id", "a user in the trace or its metadata; or say what one subject is", "none")
    return exchange.user


def _conversation(spooled: SpooledConversation) -> Row | RowError:
    """What one trace repeats of another is left out: a turn of the same words right behind itself, too."""
    turns: list[SpooledTurn] = []
    for turn in spooled.turns:
        if turns and (turn.role, turn.content) == (turns[-1].role, turns[-1].content):
            continue
        turns.append(turn)
    try:
        check_size(len(turns), sum(len(turn.content) for turn in turns), "messages")
    except FieldError as error:
        return error.row(spooled.line)
    if not turns:
        return problem(spooled.line, "at least one message with text", "none")
    return ConversationRow(
        line=spooled.line,
        subject=spooled.subject,
        conversation=spooled.name,
        turns=tuple(Turn(turn.role, turn.content) for turn in turns),
        model=next((turn.model for turn in turns if turn.model), None),
    )


def _exchanges(record: Record) -> Iterator[_Exchange]:
    if record.has("resourceSpans"):
        for resource in record.records("resourceSpans"):
            yield from _exchanges(resource)
    elif record.has("scopeSpans"):
        for scope in record.records("scopeSpans"):
            for span in scope.records("spans", optional=True):
                yield from _of_span(span)
    elif record.has("run_type"):
        yield from _of_run(record)
    elif record.has("attributes"):
        yield from _of_span(record)
    else:
        yield from _of_trace(record)


def _of_run(run: Record) -> Iterator[_Exchange]:
    """Of LangSmith; of a chain and the calls in it only the calls, so that nothing is told twice."""
    if run.optional_text("run_type") not in {"llm", "chat"} or run.missing("outputs"):
        return
    metadata = (run.record_if_any("extra") or Record({})).record_if_any("metadata") or Record({})
    inputs, outputs = run.record("inputs"), run.record("outputs")
    asked = inputs.list_if_any("messages") or inputs.list_if_any("prompts") or []
    asked = asked[0] if asked and isinstance(asked[0], list) else asked
    generations = outputs.list_if_any("generations")
    answered: Any = outputs.as_it_is() if generations is None else generations
    while isinstance(answered, list) and answered:
        answered = answered[0]
    said = {
        "prompt": asked,
        "response": answered.get("message", answered.get("text", answered)) if isinstance(answered, dict) else answered,
    }
    session = _first(metadata, _SESSIONS) or run.optional_identifier("trace_id") or run.identifier("id")
    moment = _moment(run.optional_text_if_any("start_time"))
    yield _Exchange(
        _first(metadata, _USERS),
        session,
        moment,
        _first(metadata, ("ls_model_name",)),
        asked_and_answered(Record(said)),
    )


def _of_span(span: Record) -> Iterator[_Exchange]:
    values = attributes_of(span)
    asked, answered = first_of(values, _INPUTS), first_of(values, _OUTPUTS)
    asked = asked if asked is not None else numbered_messages(values, ("gen_ai.prompt.", "llm.input_messages."))
    answered = (
        answered if answered is not None else numbered_messages(values, ("gen_ai.completion.", "llm.output_messages."))
    )
    for event in span.records("events", optional=True):
        inner = attributes_of(event)
        asked = asked if asked is not None else first_of(inner, _INPUTS)
        answered = answered if answered is not None else first_of(inner, _OUTPUTS)
    if asked is None and answered is None:
        return
    named = Record({name: value for name, value in values.items() if isinstance(value, str | int)})
    session = _first(named, _SESSIONS) or span.optional_identifier("traceId") or span.identifier("trace_id")
    turns = asked_and_answered(Record({"prompt": asked, "response": answered}))
    nanoseconds = next(
        (span.text_or_number(name, "a number") for name in ("startTimeUnixNano", "start_time") if span.has(name)), None
    )
    model = _first(named, ("gen_ai.response.model", "gen_ai.request.model", "llm.model_name"))
    yield _Exchange(_first(named, _USERS), session, _moment(nanoseconds), model, turns)


def _of_trace(trace: Record) -> Iterator[_Exchange]:
    """Of Langfuse, and whatever names input, output and session alike."""
    metadata = trace.record_if_any("metadata") or Record({})
    session = (
        _first(trace, _SESSIONS)
        or _first(metadata, _SESSIONS)
        or trace.optional_identifier("traceId")
        or trace.identifier("id")
    )
    user = _first(trace, _USERS) or _first(metadata, _USERS)
    moment = next((trace.text(name) for name in ("timestamp", "startTime", "createdAt") if trace.is_text(name)), None)
    said = trace.renamed({"prompt": "input", "response": "output"})
    yield _Exchange(user, session, _moment(moment), _first(trace, ("model",)), asked_and_answered(said))


def _first(record: Record, names: tuple[str, ...]) -> str | None:
    found = next(
        (
            name
            for name in names
            if record.has(name) and not record.missing(name) and record.record_if_any(name) is None
        ),
        None,
    )
    return None if found is None else record.identifier(found)


def _moment(value: str | float | None) -> int:
    """Microseconds since 1970; 0 where nobody says. Traces without a moment stay in the order of the file."""
    if value is None:
        return 0
    if isinstance(value, int | float) or value.isdecimal():
        number = int(value)
        return number // 1_000 if number > 10**17 else number
    try:
        said = datetime.fromisoformat(value)
    except ValueError:
        return 0
    return round((said if said.tzinfo else said.replace(tzinfo=UTC)).timestamp() * 1_000_000)


def _recognises(beginning: Beginning) -> bool:
    element = beginning.element
    if element is None:
        return False
    if element.has("run_type", "inputs") or element.has("resourceSpans") or element.has("scopeSpans"):
        return True
    if element.has("input", "output") and any(
        element.has(name) for name in ("sessionId", "traceId", "observations", "latency")
    ):
        return True
    return element.has("attributes") and any(
        element.has(name) for name in ("trace_id", "traceId", "span_id", "context")
    )


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
