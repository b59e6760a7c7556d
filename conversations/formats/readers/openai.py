"""Lists of messages as APIs of models take and give them: OpenAI's two, Anthropic's, Gemini's, and what frameworks log of them."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from conversations.formats.context import Context
from conversations.formats.conversation_rows import conversation_and_problems
from conversations.formats.decoding import decode
from conversations.formats.fields import FieldError, Record
from conversations.formats.heads import first_records, text_of
from conversations.formats.items import message_list
from conversations.formats.json_elements import rows_of_elements
from conversations.formats.options import Options, SubjectPolicy
from conversations.formats.reader import Beginning, Reader
from conversations.formats.rows import Row, RowError
from conversations.formats.turns import SaidTurns, transcript

# Where the messages of a request stand, what else is told to the model, and where its answer stands.
_MESSAGES = (
    *("messages", "contents", "input", "chat_history", "history", "History"),
    *("items", "turns", "dialogue", "dialog", "conversation", "prompt"),
)
_INSTRUCTIONS = ("system", "instructions", "systemInstruction", "system_instruction")
_MAY_BE_TEXT = ("input", "contents")
_AROUND = (
    *("request", "body", "kwargs", "inputs", "params", "request_body", "requestBody"),
    *("values", "state", "input", "inputBodyJson"),
)
_ANSWERS = (
    *("response", "output", "outputs", "completion", "result", "message"),
    *("response_body", "responseBody", "body", "outputBodyJson"),
)
_ANSWERS_OF_THEIR_OWN = ("response", "output", "completion")


def _rows(line: int, record: Record, context: Context) -> Iterator[Row | RowError]:
    asked = _request(record)
    name = _name_of_messages(asked)
    listed = _listed(asked, name)
    answer = _answer(record, asked) or ([] if _is_answered(listed) else _answer_as_text(record, asked))
    said = transcript([*_instructions(asked), *listed, *answer], asked.at(name))
    yield from conversation_and_problems(
        line, _with_model(record, asked), context, _said_once(said, has_answer=bool(answer))
    )


def _said_once(said: SaidTurns, *, has_answer: bool) -> SaidTurns:
    """Some logs hold the instructions in both places, and the answer among the messages too."""
    turns = said.turns
    if turns[0].role == "system" and turns[1:2] == turns[:1]:
        turns = turns[1:]
    if has_answer and turns[-1].role == "assistant" and turns[-2:-1] == turns[-1:]:
        turns = turns[:-1]
    return replace(said, turns=turns)


def _with_model(record: Record, asked: Record) -> Record:
    """The model that answered, where it is said in what came back or in the request only."""
    if _is_there(record, "model"):
        return record
    places = (*_places(record), asked)
    said = (place.optional_text_if_any(name) for place in places for name in ("model", "modelVersion", "modelId"))
    model = next(filter(None, said), None)
    return record if model is None else record.with_field("model", model)


def _request(record: Record) -> Record:
    """The object in which the messages stand: the row, or the request that it logs, two deep."""
    if any(_is_there(record, name) for name in _MESSAGES[:2]):
        return record
    for name in _AROUND:
        inside = record.record_if_any(name)
        for each in (inside, None if inside is None else next(filter(None, map(inside.record_if_any, _AROUND)), None)):
            if each is not None and any(_is_there(each, name) for name in _MESSAGES):
                return each
    return record


def _is_there(record: Record, name: str) -> bool:
    return record.has(name) and not record.missing(name)


def _name_of_messages(record: Record) -> str:
    return next((name for name in _MESSAGES if _is_there(record, name)), _MESSAGES[0])


def _listed(record: Record, name: str) -> list[Any]:
    """What was asked; OpenAI's and Gemini's APIs take a text for a message of the user, and Gemini a message without a role."""
    if name in _MAY_BE_TEXT and record.is_text(name) and not _is_json(record, name):
        return [{"role": "user", "content": record.text(name, blank=True)}]
    listed = message_list(record, name)
    return [_by(each, "user") for each in listed] if name == "contents" else listed


def _is_json(record: Record, name: str) -> bool:
    return record.text(name, blank=True).lstrip().startswith(("[", "{"))


def _by(message: Any, role: str) -> Any:
    """A message that does not say who speaks."""
    record = Record.of(message) if isinstance(message, dict) else None
    return message if record is None or not record.missing("role") else record.with_field("role", role).as_it_is()


def _instructions(record: Record) -> list[Any]:
    for name in _INSTRUCTIONS:
        if _is_there(record, name):
            inner = record.record_if_any(name)
            said = record.text_or_list(name) if inner is None else inner.list("parts", optional=True)
            return [{"role": "system", "content": said}]
    return []


def _answer(record: Record, asked: Record) -> list[Any]:
    """What came back, where the log holds it beside the request."""
    for place in (record, asked):
        for each in _places(place):
            if found := _answer_in(each):
                return found
        for name in _ANSWERS_OF_THEIR_OWN:
            if place.list_if_any(name):
                return _messages_only(place, name)
    return []


def _answer_as_text(record: Record, asked: Record) -> list[Any]:
    for place in (record, asked):
        for name in _ANSWERS_OF_THEIR_OWN:
            if place.is_text(name) and not _is_json(place, name):
                return [{"role": "assistant", "content": place.text(name, blank=True)}]
    return []


def _is_answered(listed: list[Any]) -> bool:
    """The last message is an answer already: then a text beside the messages is something else, such as a summary."""
    try:
        return transcript(listed[-1:], "").turns[-1].role == "assistant"
    except FieldError:
        return False


def _places(record: Record) -> Iterator[Record]:
    """Where an answer may stand: in the row, or in an object of it, which may be written as a text."""
    yield record
    for name in _ANSWERS:
        inner = record.record_if_any(name)
        if inner is None and record.starts_with(name, "{"):
            inner = Record(record.as_it_is() | {name: decode(record.text(name).encode())}, record.path).record(name)
        if inner is not None:
            yield from (each for each in (*map(inner.record_if_any, _ANSWERS), inner) if each is not None)


def _answer_in(record: Record) -> list[Any]:
    for listed, names in (("choices", ("message", "delta")), ("candidates", ("content",))):
        if _is_there(record, listed):
            return _chosen(record, listed, names)
    is_inside = record.path != ""
    if is_inside and not record.missing("role") and (_is_there(record, "content") or _is_there(record, "parts")):
        return [record.as_it_is()]
    return _messages_only(record, "output") if is_inside and record.list_if_any("output") else []


def _chosen(record: Record, listed: str, names: tuple[str, ...]) -> list[Any]:
    """The first of several answers, which is the one that is shown."""
    first = next(record.records(listed), None)
    if first is None:
        return []
    inner = next(filter(None, map(first.record_if_any, names)), None)
    if inner is None:
        return [{"role": "assistant", "content": first.text("text", blank=True)}] if first.is_text("text") else []
    return [_by(inner.as_it_is(), "assistant")]


def _messages_only(record: Record, name: str) -> list[Any]:
    """Items of an answer; a list of anything else is none."""
    return [each for each in record.list(name) if isinstance(each, dict)]


def _recognises(beginning: Beginning) -> bool:
    element = beginning.element
    if element is None:
        return False
    try:
        asked = _request(element)
        name = _name_of_messages(asked)
        return _is_there(asked, name) and (name == "messages" or _looks_like_messages(element, asked, name))
    except FieldError:
        return False


def _looks_like_messages(row: Record, record: Record, name: str) -> bool:
    """Other names say less than ``messages``: what stands there must be messages, or the answer beside it."""
    listed = _listed(record, name)
    first = Record.of(listed[0]) if listed and isinstance(listed[0], dict) else None
    if name in _MAY_BE_TEXT and record.is_text(name) and not _is_json(record, name):
        return any(map(_answer_in, (*_places(row), *_places(record)))) or bool(record.list_if_any("output"))
    return first is not None and any(first.has(field) for field in ("role", "type", "parts", "speaker", "sender"))


def _propose(head: bytes) -> Options:
    records, _problems = first_records(text_of(head))
    field = next((name for name in _SUBJECT_FIELDS if any(_has(record, name) for record in records)), None)
    return Options(SubjectPolicy.FIELD, field) if field else Options(SubjectPolicy.CONVERSATION)


_SUBJECT_FIELDS = (
    *("user_id", "subject", "subject_id", "user", "userId", "end_user", "participant_id", "hashed_ip"),
    *("metadata.user_id", "metadata.userId", "request.user", "body.user", "request.metadata.user_id"),
    *("request.body.user", "request_body.user", "config.configurable.user_id", "session_id"),
)


def _has(record: Record, path: str) -> bool:
    *parents, last = path.split(".")
    for parent in parents:
        inner = record.record_if_any(parent)
        if inner is None:
            return False
        record = inner
    return not record.missing(last)


READER = Reader(
    name="openai",
    label="Messages of APIs",
    help="One conversation a row: {messages: [{role, content}]} of OpenAI, Anthropic, Gemini, LangChain or the Vercel AI SDK, with or without a user or session id.",
    section="Messages of APIs",
    recognises=_recognises,
    rows=rows_of_elements(_rows),
    propose=_propose,
    names_subjects=False,
    holds_conversations_only=True,
)
