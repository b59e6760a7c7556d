"""A row that holds what was asked and what was answered: as texts, or as the JSON that was logged of them."""

from typing import Any

from conversations.formats.decoding import decode
from conversations.formats.fields import FieldError, Record
from conversations.formats.items import message_list
from conversations.formats.rows import Turn
from conversations.formats.turns import message_turn, turn_content

_AROUND = ("messages", "contents", "input", "choices", "output", "content", "text", "prompt", "question", "answer")


def asked_and_answered(record: Record) -> list[Turn]:
    """The turns that are new in this row: a log that repeats what was said before says it once."""
    asked = _said(record, "prompt", "user")
    beginning = max((place + 1 for place, turn in enumerate(asked) if turn.role == "assistant"), default=0)
    return [*asked[beginning:], *_said(record, "response", "assistant")]


def _said(record: Record, name: str, role: str) -> list[Turn]:
    if record.missing(name):
        return []
    if isinstance(value := record.text_or_container(name), str):
        inner = _json(value)
        if inner is None:
            text = turn_content(record, name)
            return [Turn(role, text)] if text.strip() else []
        record, name = Record({name: inner}, record.path), name  # noqa: PLW0127 - the same name of another record
    return [
        turn
        for turn in (_turn(each, role, f"{name}[{index}]") for index, each in enumerate(_listed(record, name)))
        if turn
    ]


def _json(text: str) -> Any:
    if not text.lstrip().startswith(("{", "[", '"')):
        return None
    try:
        return decode(text.encode("utf-8", "surrogatepass"))
    except FieldError:
        return None  # a text that only begins like JSON


def _listed(record: Record, name: str) -> list[Any]:
    """The messages in what was logged, however deep they stand."""
    inner = record.record_if_any(name)
    if inner is not None:
        if not inner.missing("role") or not inner.missing("type"):
            return [inner.as_it_is()]
        around = next((each for each in _AROUND if not inner.missing(each)), None)
        if around is None:
            raise record.error(name, "a message, or a list of them")
        if inner.is_text(around):
            return [inner.text(around, blank=True)]
        return _listed(inner, around)
    listed = record.list_if_any(name)
    if listed is None:
        return [record.text(name, blank=True)] if record.is_text(name) else message_list(record, name)
    return listed


def _turn(value: Any, role: str, path: str) -> Turn | None:
    if isinstance(value, str):
        return Turn(role, value) if value.strip() else None
    message = Record.of(value, path)
    message = message.record_if_any("message") or message
    return message_turn(
        message if not message.missing("role") or not message.missing("type") else message.with_field("role", role)
    )
