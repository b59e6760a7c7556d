"""A ChatGPT data export: each conversation is a tree of messages, and the branch that was shown last counts."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from conversations.formats.context import Context
from conversations.formats.fields import FieldError, Record
from conversations.formats.json_elements import rows_of_elements, with_fields
from conversations.formats.limits import MAX_NAME_CHARACTERS
from conversations.formats.memories import attribute, saved
from conversations.formats.options import Options, SubjectPolicy
from conversations.formats.parts import IMAGE, bounded, part_kind, parts_text
from conversations.formats.reader import Reader, proposing
from conversations.formats.roles import turn_role
from conversations.formats.rows import ConversationRow, Row, RowError, Turn
from conversations.formats.subjects import subject_of
from conversations.formats.turns import check_size

from .documents import attached_files, canvas_text, is_canvas_call, report_text
from .marks import without_marks
from .memories import SYSTEM, Saved, saved_by
from .tree import seen_last

# Set-up and thinking that the user never saw as a message.
_HIDDEN_CONTENT = frozenset(
    {"user_editable_context", "model_editable_context", "thoughts", "reasoning_recap", "app_pairing_content"}
)


def _rows(line: int, record: Record, context: Context) -> Iterator[Row | RowError]:
    mapping = record.record("mapping")
    reading = _Reading()
    seen = seen_last(record, mapping)
    messages = _messages(seen.nodes, reading)
    turns = _turns(messages, reading)
    conversation = next(
        (record.identifier(name) for name in ("conversation_id", "id") if not record.missing(name)), None
    )
    memories = [*_memories([*messages, *_messages(seen.beside, _Reading())], reading)]
    if turns or memories:
        subject = subject_of(record, context.options, conversation, turns)
        yield from _attributes(line, context, subject, conversation, memories)
    if not turns:
        expected, found = "at least one message that was shown", f"none in {len(mapping.names())} nodes"
        raise reading.problems[0] if reading.problems else FieldError("mapping", expected, found)
    model = _model(record, messages, reading)
    yield ConversationRow(line=line, subject=subject, conversation=conversation, turns=turns, model=model)
    problems = [*seen.problems, *reading.problems, *_others(seen.beside)]
    yield from (problem.row(line, kept=True) for problem in problems)


def _attributes(
    line: int, context: Context, subject: str, conversation: str | None, memories: list[Saved]
) -> Iterator[Row | RowError]:
    for one in memories:
        reason = saved(one.day, conversation if one.is_here else None)
        try:
            row = attribute(line, context, subject, one.text, system=SYSTEM, reason=reason, kind=one.kind)
        except FieldError as error:
            yield error.row(line)
        else:
            yield from [row] if row else []


def _memories(messages: list[Record], reading: "_Reading") -> Iterator[Saved]:
    """Of all branches: what was saved is the person's, whatever line was seen last."""
    for message in messages:
        try:
            yield from saved_by(message)
        except FieldError as error:
            reading.problems.append(error)


def _messages(nodes: list[Record], reading: "_Reading") -> list[Record]:
    messages: list[Record] = []
    for node in nodes:
        try:
            messages.extend([] if node.missing("message") else [node.record("message")])
        except FieldError as error:
            reading.problems.append(error)
    return messages


def _others(beside: list[Record]) -> list[FieldError]:
    """How many messages of other branches a person saw at some time."""
    unread = _Reading()
    count = len(_turns(_messages(beside, unread), unread)) + len(unread.problems)
    found = f"{count} message{'' if count == 1 else 's'} of other branches"
    return [FieldError("mapping", "one line of messages; the one seen last is kept", found)] if count else []


@dataclass
class _Reading:
    """What is met while one conversation is read."""

    problems: list[FieldError] = field(default_factory=list)
    reports: set[str] = field(default_factory=set)


def _turns(messages: list[Record], reading: _Reading) -> tuple[Turn, ...]:
    turns: list[Turn] = []
    characters = 0
    for message in messages:
        try:
            turn = _turn(message, reading)
        except FieldError as error:
            reading.problems.append(error)
            continue
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
        text = "\n".join(filter(None, [*attached_files(message), text]))
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
        or message.starts_with("channel", "analysis")
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


def _model(record: Record, messages: list[Record], reading: _Reading) -> str | None:
    for message in reversed(messages):
        metadata = message.record_if_any("metadata")
        if metadata is None or metadata.missing("model_slug"):
            continue
        if metadata.is_text("model_slug"):
            return metadata.optional_text("model_slug", MAX_NAME_CHARACTERS)
        reading.problems.append(metadata.error("model_slug", "the name of a model; the message is kept"))
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
)
