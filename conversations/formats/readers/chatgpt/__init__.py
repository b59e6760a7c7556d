"""A ChatGPT data export: each conversation is a tree of messages, and the branch that was shown last counts."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from conversations.formats.context import Context
from conversations.formats.fields import FieldError, Record, excerpt
from conversations.formats.json_elements import rows_of_elements, with_fields
from conversations.formats.limits import MAX_NAME_CHARACTERS
from conversations.formats.options import Options, SubjectPolicy
from conversations.formats.parts import IMAGE, bounded, part_kind, parts_text
from conversations.formats.reader import Reader, proposing
from conversations.formats.roles import turn_role
from conversations.formats.rows import ConversationRow, Row, RowError, Turn
from conversations.formats.subjects import subject_of
from conversations.formats.turns import check_size

from .documents import canvas_text, is_canvas_call, report_text
from .marks import without_marks

# Set-up and thinking that the user never saw as a message.
_HIDDEN_CONTENT = frozenset(
    {"user_editable_context", "model_editable_context", "thoughts", "reasoning_recap", "app_pairing_content"}
)


def _rows(line: int, record: Record, context: Context) -> Iterator[Row | RowError]:
    mapping = record.record("mapping")
    messages = [node.record("message") for node in _branch(record, mapping) if not node.missing("message")]
    reading = _Reading()
    turns = _turns(messages, reading)
    if not turns:
        raise FieldError("mapping", "at least one message that was shown", f"none in {len(mapping.names())} nodes")
    conversation = next(
        (record.identifier(name) for name in ("conversation_id", "id") if not record.missing(name)), None
    )
    yield ConversationRow(
        line=line,
        subject=subject_of(record, context.options, conversation, turns),
        conversation=conversation,
        turns=turns,
        model=_model(record, messages),
    )
    yield from (problem.row(line, kept=True) for problem in reading.problems)


def _branch(record: Record, mapping: Record) -> list[Record]:
    """The nodes from the root to ``current_node``."""
    name: str | None = _last_node(record, mapping)
    seen: set[str] = set()
    nodes: list[Record] = []
    while name is not None:
        if name in seen:
            raise FieldError(mapping.path, "a tree", f"a circle through {excerpt(name)}")
        if not mapping.has(name):
            raise FieldError(mapping.path, "every parent among the nodes", f"no node {excerpt(name)}")
        seen.add(name)
        nodes.append(mapping.record(name))
        name = nodes[-1].optional_text("parent")
    return nodes[::-1]


def _last_node(record: Record, mapping: Record) -> str:
    if not record.missing("current_node"):
        return record.text("current_node")
    parents = {mapping.record(name).optional_text("parent") for name in mapping.names()}
    leaves = [name for name in mapping.names() if name not in parents]
    if len(leaves) != 1:
        raise FieldError(
            "current_node", "the node that was shown last", f"none, and {len(leaves)} branches to choose from"
        )
    return leaves[0]


@dataclass
class _Reading:
    """What is met while one conversation is read."""

    problems: list[FieldError] = field(default_factory=list)
    reports: set[str] = field(default_factory=set)


def _turns(messages: list[Record], reading: _Reading) -> tuple[Turn, ...]:
    turns: list[Turn] = []
    characters = 0
    for message in messages:
        turn = _turn(message, reading)
        if turn is not None:
            characters += len(turn.content)
            check_size(len(turns) + 1, characters, "mapping")
            turns.append(turn)
    return tuple(turns)


def _turn(message: Record, reading: _Reading) -> Turn | None:
    """What the person wrote or was shown by this message."""
    role = turn_role(message.record("author"))
    report = report_text(message)
    if report.strip():
        return _report(report, message, reading)
    if is_canvas_call(message):
        return _canvas(message, reading)
    if message.missing("content") or _is_hidden(message, role):
        return None
    content = message.record("content")
    text = _pictures(content) if role == "tool" and not _is_research(message) else _text(content, reading)
    if role == "user":
        return Turn(role, bounded(text, content.path)) if text.strip() else None
    return _answer(text, message)


def _report(report: str, message: Record, reading: _Reading) -> Turn | None:
    """Once: several messages hold it, one for each state of its window."""
    if report in reading.reports:
        return None
    reading.reports.add(report)
    return _answer(report, message)


def _answer(text: str, message: Record) -> Turn | None:
    shown = without_marks(text)
    return Turn("assistant", bounded(shown, message.at("content"))) if shown.strip() else None


def _canvas(message: Record, reading: _Reading) -> Turn | None:
    try:
        return _answer(canvas_text(message), message)
    except FieldError as error:
        expected = "a document of the canvas; the conversation is kept without it"
        reading.problems.append(FieldError(error.field or message.at("content"), expected, error.found))
        return None


def _is_hidden(message: Record, role: str) -> bool:
    metadata = message.optional_record("metadata") or Record({})
    return (
        role == "system"
        or metadata.is_true("is_visually_hidden_from_conversation")
        or metadata.is_true("is_user_system_message")
        or (message.optional_text("recipient") or "all") != "all"
        or message.optional_number("weight") == 0
        or message.record("content").optional_text("content_type") in _HIDDEN_CONTENT
    )


def _is_research(message: Record) -> bool:
    """The answer of a research that ran beside the conversation; older exports write it as a tool's."""
    metadata = message.optional_record("metadata")
    return metadata is not None and metadata.is_true("is_async_task_result_message")


def _pictures(content: Record) -> str:
    """Of a tool the person sees the pictures it made and nothing else."""
    if content.optional_text("content_type") != "multimodal_text":
        return ""
    parts = [Record.of(part) for part in content.list("parts", optional=True) if isinstance(part, dict)]
    return "\n".join(IMAGE for part in parts if part_kind(part) == "image_asset_pointer")


def _text(content: Record, reading: _Reading) -> str:
    if not content.missing("parts"):
        return parts_text(content.list("parts"), content.at("parts"))
    if not content.has("text"):
        expected = "a message with parts or text; the conversation is kept without it"
        reading.problems.append(content.error("content_type", expected))
    return content.optional_text("text") or ""


def _model(record: Record, messages: list[Record]) -> str | None:
    for message in reversed(messages):
        metadata = message.optional_record("metadata")
        if metadata is not None and not metadata.missing("model_slug"):
            return metadata.optional_text("model_slug", MAX_NAME_CHARACTERS)
    return record.optional_text("default_model_slug", MAX_NAME_CHARACTERS)


def _has_nodes(record: Record) -> bool:
    mapping = record.record("mapping")
    node = next((mapping.record(name) for name in mapping.names()), Record({}))
    return not node.names() or any(map(node.has, ("id", "parent", "message", "children")))


READER = Reader(
    name="chatgpt",
    label="ChatGPT export",
    help="conversations.json of a ChatGPT data export; usually one file is one subject.",
    section="ChatGPT and Claude exports",
    recognises=with_fields("mapping", and_looks=_has_nodes),
    rows=rows_of_elements(_rows),
    propose=proposing(Options(SubjectPolicy.FILE)),
    names_subjects=False,
    holds_conversations_only=True,
)
