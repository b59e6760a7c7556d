"""Lists of messages as APIs of models take and give them: OpenAI's two, Anthropic's, Gemini's, and what frameworks log of them."""

from collections.abc import Iterator
from typing import Any

from conversations.formats.context import Context
from conversations.formats.conversation_rows import conversation_and_problems
from conversations.formats.fields import FieldError, Record
from conversations.formats.heads import first_records, text_of
from conversations.formats.items import message_list
from conversations.formats.json_elements import rows_of_elements
from conversations.formats.options import Options, SubjectPolicy
from conversations.formats.reader import Beginning, Reader
from conversations.formats.rows import Row, RowError
from conversations.formats.subjects import SUBJECT_FIELDS
from conversations.formats.turns import transcript

# Where the messages of a request stand, what else is told to the model, and where its answer stands.
_MESSAGES = ("messages", "contents", "input", "chat_history", "history")
_INSTRUCTIONS = ("system", "instructions", "systemInstruction", "system_instruction")
_AROUND = ("request", "body", "kwargs", "inputs", "params")
_ANSWERS = ("response", "output", "outputs", "completion", "result")


def _rows(line: int, record: Record, context: Context) -> Iterator[Row | RowError]:
    asked = _request(record)
    name = _name_of_messages(asked)
    messages = [*_instructions(asked), *_listed(asked, name), *_answer(record, asked, name)]
    yield from conversation_and_problems(line, record, context, transcript(messages, asked.at(name)))


def _request(record: Record) -> Record:
    """The object in which the messages stand: the row, or the request that it logs."""
    if any(_is_there(record, name) for name in _MESSAGES[:2]):
        return record
    inside = (record.record_if_any(name) for name in _AROUND)
    return next(
        (each for each in inside if each is not None and any(_is_there(each, name) for name in _MESSAGES)), record
    )


def _is_there(record: Record, name: str) -> bool:
    return record.has(name) and not record.missing(name)


def _name_of_messages(record: Record) -> str:
    return next((name for name in _MESSAGES if _is_there(record, name)), _MESSAGES[0])


def _listed(record: Record, name: str) -> list[Any]:
    """What was asked; the Responses API takes a text for a message of the user."""
    if name == "input" and record.is_text(name) and not record.text(name, blank=True).lstrip().startswith(("[", "{")):
        return [{"role": "user", "content": record.text(name, blank=True)}]
    return message_list(record, name)


def _instructions(record: Record) -> list[Any]:
    for name in _INSTRUCTIONS:
        if _is_there(record, name):
            inner = record.record_if_any(name)
            said = record.text_or_list(name) if inner is None else inner.list("parts", optional=True)
            return [{"role": "system", "content": said}]
    return []


def _answer(record: Record, asked: Record, name: str) -> list[Any]:
    """What came back, where the log holds it beside the request."""
    for place in (record, asked):
        for each in (place, *(place.record_if_any(answer) for answer in _ANSWERS)):
            if each is not None and (found := _answer_in(each)):
                return found
        if (
            name != "messages"
            and place.has("output")
            and not place.missing("output")
            and not place.record_if_any("output")
        ):
            return _as_messages(place, "output")
    return []


def _answer_in(record: Record) -> list[Any]:
    record = record.record_if_any("body") or record
    for choices, message in (("choices", "message"), ("candidates", "content")):
        if _is_there(record, choices):
            first = next(record.records(choices), None)
            inner = None if first is None else first.record_if_any(message)
            return [] if inner is None else [inner.as_it_is()]
    if not record.missing("role") and record.path and (_is_there(record, "content") or _is_there(record, "parts")):
        return [record.as_it_is()]
    if record.path and _is_there(record, "output"):
        return _as_messages(record, "output")
    return []


def _as_messages(record: Record, name: str) -> list[Any]:
    if record.is_text(name):
        return [{"role": "assistant", "content": record.text(name, blank=True)}]
    return record.list(name)


def _recognises(beginning: Beginning) -> bool:
    element = beginning.element
    if element is None:
        return False
    try:
        asked = _request(element)
        name = _name_of_messages(asked)
        return _is_there(asked, name) and (name == "messages" or _looks_like_messages(asked, name))
    except FieldError:
        return False


def _looks_like_messages(record: Record, name: str) -> bool:
    """Other names say less than ``messages``: what stands there must be messages, or the answer beside it."""
    listed = _listed(record, name)
    first = Record.of(listed[0]) if listed and isinstance(listed[0], dict) else None
    if name == "input" and record.is_text(name):
        return record.has("output") and isinstance(record.text_or_container("output"), list)
    return first is not None and (first.has("role") or first.has("type") or first.has("parts"))


def _propose(head: bytes) -> Options:
    records, _problems = first_records(text_of(head))
    field = next((name for name in _SUBJECT_FIELDS if any(_has(record, name) for record in records)), None)
    return Options(SubjectPolicy.FIELD, field) if field else Options(SubjectPolicy.CONVERSATION)


_SUBJECT_FIELDS = (*SUBJECT_FIELDS, "metadata.user_id", "request.user", "body.user", "request.metadata.user_id")


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
