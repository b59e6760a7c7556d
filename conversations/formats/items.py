"""What a log keeps beside plain messages: messages in a wrapping, and items that say what they are by their type alone."""

from dataclasses import dataclass
from typing import Any, TypeIs

from .decoding import decode
from .fields import FieldError, Record
from .parts import bounded, call_note, part_kind, parts_text
from .roles import ROLES
from .rows import Turn

# Of the Responses API: calls, what came back, and what nobody saw.
_CALLS = ("_call", "function_call")
_OUTPUTS = "_output"
_UNSEEN = frozenset(
    {"reasoning", "item_reference", "compaction", "mcp_list_tools", "mcp_approval_request", "remove", "RemoveMessage"}
)
_RESULTS = frozenset(
    {"tool_result", "tool-result", "functionResponse", "function_response", "toolResult", "tool_call_response"}
)
_JSON = frozenset('[{"')
_COLUMNS_OF_ROLES = ("role", "from", "type")


@dataclass(frozen=True, slots=True)
class ItemTurn:
    """What an item without a role comes to; ``turn`` is None where nobody saw anything of it."""

    turn: Turn | None


def unwrapped(message: Record) -> Record:
    """A message that stands in another object: LangChain's of both kinds, and ``{message: {role, content}}``."""
    if (inner := message.record_if_any("data")) is not None and not message.missing("type"):
        return inner if not inner.missing("type") else _with_type(inner, message)
    if (inner := message.record_if_any("kwargs")) is not None and message.has("id"):
        names = [name for name in message.list("id") if isinstance(name, str)]
        return inner if not names or not inner.missing("type") else inner.with_field("type", names[-1])
    inner = message.record_if_any("message")
    return message if inner is None or not inner.has("role") else inner


def _with_type(inner: Record, message: Record) -> Record:
    return inner.with_field("type", message.optional_text("type"))


def item_turn(item: Record) -> ItemTurn | None:
    """None where the item says who speaks: then it is a message."""
    if not item.missing("role") or item.missing("type"):
        return None
    kind = part_kind(item)
    if kind in _UNSEEN:
        return ItemTurn(None)
    if kind.endswith(_OUTPUTS):
        return ItemTurn(_output(item))
    if kind.endswith(_CALLS) and not item.has("content") and not item.has("value"):
        named = kind.removesuffix("_call") if kind not in {"function_call", "custom_tool_call", "mcp_call"} else None
        return ItemTurn(Turn("assistant", call_note(item.optional_text("name") or named)))
    return None


def _output(item: Record) -> Turn | None:
    value = item.text_or_list("output")
    text = parts_text(value, item.at("output")) if isinstance(value, list) else value or ""
    return Turn("tool", bounded(text, item.at("output"))) if text.strip() else None


def split_results(message: Record) -> tuple[str | None, Record]:
    """Results of tools that stand in the name of the user, as Anthropic's and Gemini's logs have them, and the message without them.

    None where there are none: then the message is the one that was given. Else what is left of it stands in ``content``.
    """
    for name in ("content", "parts"):
        parts = message.list_if_any(name) or []
        results = [_is_result(part) for part in parts]
        if any(results):
            records = [
                Record.of(part, f"{message.at(name)}[{index}]") for index, part in enumerate(parts) if results[index]
            ]
            rest = [part for part, is_result in zip(parts, results, strict=True) if not is_result]
            left = Record({"content": rest or None}, message.path)
            return "\n".join(filter(None, map(_result, records))), left
    return None, message


def _is_result(part: object) -> bool:
    return isinstance(part, dict) and part_kind(Record.of(part)) in _RESULTS


def _result(part: Record) -> str:
    wrapped = ("functionResponse", "function_response", "toolResult")
    inner = next(filter(None, map(part.record_if_any, wrapped)), part)
    for place in (inner.record_if_any("response") or inner, inner.record_if_any("output") or inner):
        for name in ("content", "result", "output", "value", "response"):
            if place.is_text(name):
                return bounded(place.text(name, blank=True), place.at(name))
            if (listed := place.list_if_any(name)) is not None:
                return parts_text(listed, place.at(name))
    return "[tool result]"


def message_list(record: Record, name: str) -> list[Any]:
    """The messages of a conversation: a list, the columns of a table, or one of them written as a text of JSON.

    Raises:
        FieldError: it is none of them.
    """
    value = record.text_or_container(name)
    if isinstance(value, str) and value.lstrip()[:1] in _JSON:
        return message_list(Record({name: _decoded(value, record.at(name))}, record.path), name)
    if isinstance(value, Record):
        return _listed(value)
    if not isinstance(value, list):
        raise record.error(name, "a list of messages")
    return value


def is_pair(value: object) -> TypeIs[list[str]]:
    """``["human", "How tall?"]``: of two texts the first is one of the known names of who speaks."""
    return (
        isinstance(value, list)
        and len(value) == 2
        and all(isinstance(each, str) for each in value)
        and value[0].strip().lower() in ROLES
    )


def message_record(value: object, path: str) -> Record:
    """One message of a list, which may be written as a text of JSON, or as a pair of who speaks and what is said."""
    if is_pair(value):
        return Record(dict(zip(("role", "content"), value, strict=True)), path)
    return Record.of(
        _decoded(value, path) if isinstance(value, str) and value.lstrip().startswith("{") else value, path
    )


def _decoded(text: str, path: str) -> Any:
    try:
        return decode(text.encode("utf-8", "surrogatepass"))
    except FieldError as error:
        raise FieldError(path, "messages as JSON", error.found) from None


def _listed(value: Record) -> list[Any]:
    """A page of a list as OpenAI's APIs give it, the newest first; or the columns of a table."""
    page = value.list_if_any("data")
    if page is None:
        return _rows_of_columns(value)
    records = [Record.of(each, f"{value.at('data')}[{index}]") for index, each in enumerate(page)]
    if all(record.has("created_at") for record in records):
        records.sort(key=lambda record: record.number("created_at"))
    return [record.as_it_is() for record in records]


def _rows_of_columns(columns: Record) -> list[Any]:
    """``{"role": [..], "content": [..]}``, as tables hold lists of objects; or the one message that stands there itself."""
    names = columns.names()
    if columns.is_text("content") or not any(name in names for name in _COLUMNS_OF_ROLES):
        return [columns.as_it_is()]
    lists = {name: columns.list(name) for name in names}
    if len({len(each) for each in lists.values()}) != 1:
        raise FieldError(columns.path, "columns of one length", "columns of several")
    return [dict(zip(lists, row, strict=True)) for row in zip(*lists.values(), strict=True)]
