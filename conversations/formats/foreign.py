"""Files that people have and that nobody reads here yet: told by their first elements, so that they are named and not misread."""

from .fields import Record
from .json_elements import Look, first, holds


def foreign(record: Record) -> str | None:
    """The name of a format that is known and not read."""
    return next((words for words, is_it in _SHAPES if holds(is_it, record)), None)


def _first_has(name: str, *fields: str) -> Look:
    def looks(record: Record) -> bool:
        element = first(record, name)
        return element is not None and element.has(*fields)

    return looks


def _has(*fields: str) -> Look:
    return lambda record: record.has(*fields)


def _is_deepseek(record: Record) -> bool:
    mapping = record.record("mapping")
    nodes = map(mapping.record, mapping.names())
    messages = (node.record("message") for node in nodes if not node.missing("message"))
    return record.has("inserted_at") or any(message.has("fragments") for message in messages)


def _is_open_webui(record: Record) -> bool:
    return record.record("chat").has("history")


_SHAPES: tuple[tuple[str, Look], ...] = (
    ("a Grok export", _first_has("conversations", "conversation", "responses")),
    ("a DeepSeek export", _is_deepseek),
    ("an Open WebUI export", _is_open_webui),
    ("LangSmith runs", _has("run_type", "inputs")),
    ("OpenTelemetry spans", _has("resourceSpans")),
    ("OpenAssistant messages", _has("message_tree_id")),
    ("preference pairs (chosen, rejected), not conversations", _has("chosen", "rejected")),
    ("projects of a Claude export (documents and instructions, no conversations)", _has("prompt_template", "docs")),
    ("a Google activity file", _has("header", "titleUrl")),
)
