"""A DeepSeek data export: a tree as ChatGPT's, in which a message is made of fragments."""

from collections.abc import Iterator

from conversations.formats.branches import tree_of
from conversations.formats.context import Context
from conversations.formats.fields import FieldError, Record
from conversations.formats.json_elements import rows_of_elements, with_fields
from conversations.formats.limits import MAX_NAME_CHARACTERS
from conversations.formats.options import Options, SubjectPolicy
from conversations.formats.parts import bounded
from conversations.formats.reader import Reader, proposing
from conversations.formats.rows import ConversationRow, Row, RowError, Turn
from conversations.formats.subjects import subject_of
from conversations.formats.turns import said_turns

_ROLES = {"REQUEST": "user", "RESPONSE": "assistant"}
# Thinking and searches are fragments of their own kinds, and nobody's answer.
_UNSEEN = ("THINK", "SEARCH", "TOOL_SEARCH", "TOOL_OPEN", "READ_LINK", "TIP")


def _rows(line: int, record: Record, context: Context) -> Iterator[Row | RowError]:
    mapping = record.record("mapping")
    tree = tree_of(mapping.as_it_is().items(), "mapping", name="id", parent="parent")
    nodes = list(tree.records.values())
    if all(node.missing("message") for node in nodes):
        raise tree.odd[0] if tree.odd else FieldError("mapping", "at least one message", "none")
    seen = tree.line_to(None)
    said = said_turns((node for node in seen.messages if not node.missing("message")), "mapping", _turns)
    name = record.optional_identifier("id")
    yield ConversationRow(
        line=line,
        subject=subject_of(record, context.options, name, said.turns),
        conversation=name,
        turns=said.turns,
        model=next(filter(None, map(_model, nodes)), None),
    )
    yield from (each.row(line, kept=True) for each in (*tree.odd, *said.problems, *seen.problems))


def _model(node: Record) -> str | None:
    message = node.record_if_any("message")
    return message.optional_text("model", MAX_NAME_CHARACTERS) if message and message.is_text("model") else None


def _turns(node: Record) -> Iterator[Turn]:
    fragments = list(node.record("message").records("fragments", optional=True))
    told = [turn for turn in map(_turn, fragments) if turn is not None]
    if not told and (odd := next(filter(_is_odd, fragments), None)) is not None:
        raise odd.error("type", f"one of {', '.join((*_ROLES, *_UNSEEN))}")
    yield from told


def _turn(fragment: Record) -> Turn | None:
    role = _ROLES.get(fragment.optional_text("type") or "")
    text = fragment.optional_text("content") or ""
    return Turn(role, bounded(text, fragment.at("content"))) if role and text.strip() else None


def _is_odd(fragment: Record) -> bool:
    return fragment.says("content") and fragment.optional_text("type") not in (*_ROLES, *_UNSEEN)


def _has_fragments(record: Record) -> bool:
    mapping = record.record("mapping")
    nodes = map(mapping.record, mapping.names())
    messages = (node.record("message") for node in nodes if not node.missing("message"))
    return record.has("inserted_at") or any(message.has("fragments") for message in messages)


READER = Reader(
    name="deepseek",
    label="DeepSeek export",
    help="conversations.json of a DeepSeek data export; usually one file is one subject.",
    section="Exports of other chats",
    recognises=with_fields("mapping", and_looks=_has_fragments),
    rows=rows_of_elements(_rows),
    propose=proposing(Options(SubjectPolicy.FILE)),
    names_subjects=False,
    holds_conversations_only=True,
)
