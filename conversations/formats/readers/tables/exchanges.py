"""What was asked and what was answered, as a row or a trace holds it: as texts, or as the JSON that was logged of them."""

from typing import Any

from conversations.formats.decoding import decode
from conversations.formats.fields import FieldError, Record
from conversations.formats.items import message_list
from conversations.formats.rows import Turn
from conversations.formats.turns import SaidTurns, message_turns, turn_content

_AROUND = (
    *("messages", "contents", "input", "inputs", "kwargs", "choices", "candidates", "generations", "output"),
    *("outputs", "message", "content", "text", "prompt", "prompts", "question", "query", "user_input", "user_query"),
    *("answer", "response", "completion", "result", "generated_text"),
)
# Of several answers to one question the first is the one that is shown.
_ALTERNATIVES = frozenset({"choices", "candidates", "generations"})


def asked_and_answered(record: Record) -> tuple[list[Turn], list[Turn]]:
    """Raises FieldError of the first message that can't be read."""
    asked = [*_whole(said_in(record, "instruction", "user")), *_whole(said_in(record, "prompt", "user"))]
    if not record.missing("instruction") and len(asked) > 1:
        asked = [Turn("user", "\n\n".join(turn.content for turn in asked))]
    return [*_history(record), *asked], _whole(said_in(record, "response", "assistant"))


def _history(record: Record) -> list[Turn]:
    """What was said before: messages, or pairs of what was asked and answered."""
    if record.missing("history"):
        return []
    value = record.text_or_container("history")
    listed = _json(value) if isinstance(value, str) else record.list_if_any("history")
    if isinstance(listed, list) and listed and all(_is_pair(each) for each in listed):
        said = [(role, text) for pair in listed for role, text in zip(("user", "assistant"), pair, strict=True)]
        return [Turn(role, text) for role, text in said if text.strip()]
    return _whole(said_in(record, "history", "user")) if listed != [] else []


def _is_pair(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(isinstance(text, str) for text in value)


def _whole(said: SaidTurns) -> list[Turn]:
    if said.problems:
        raise said.problems[0]
    return [*said.turns]


def said_in(record: Record, name: str, role: str) -> SaidTurns:
    """The messages of one field; who says no role speaks in this one.

    Raises:
        FieldError: nothing in it looks like a message.
    """
    if record.missing(name):
        return SaidTurns(())
    if isinstance(value := record.text_or_container(name), str):
        inner = _json(value)
        if inner is None:
            text = turn_content(record, name)
            return SaidTurns((Turn(role, text),) if text.strip() else ())
        record = Record({name: inner}, record.path)
    turns: list[Turn] = []
    problems: list[FieldError] = []
    for index, each in enumerate(_listed(record, name)):
        try:
            turns += _turns(each, role, f"{name}[{index}]")
        except FieldError as error:
            problems.append(error)
    return SaidTurns(tuple(turns), tuple(problems))


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
        return _in_object(inner) if inner.missing("role") and inner.missing("type") else [inner.as_it_is()]
    listed = record.list_if_any(name)
    if listed is None:
        return [record.text(name, blank=True)] if record.is_text(name) else message_list(record, name)
    listed = listed[:1] if name in _ALTERNATIVES else listed
    if len(listed) == 1 and isinstance(listed[0], list):
        return _listed(Record({name: listed[0]}, record.path), name)
    return listed


def _in_object(inner: Record) -> list[Any]:
    around = next((each for each in _AROUND if not inner.missing(each)), None)
    if around is None and len(inner.names()) == 1 and inner.is_text(inner.names()[0]):
        around = inner.names()[0]
    if around is None:
        raise FieldError(inner.path, "a message, or a list of them", f"an object with {len(inner.names())} fields")
    return [inner.text(around, blank=True)] if inner.is_text(around) else _listed(inner, around)


def _turns(value: Any, role: str, path: str) -> list[Turn]:
    if isinstance(value, str):
        return [Turn(role, value)] if value.strip() else []
    message = Record.of(value, path)
    message = message.record_if_any("message") or message
    is_signed = not message.missing("role") or not message.missing("type") or not message.missing("id")
    return message_turns(message if is_signed else message.with_field("role", role))
