"""A DeepSeek data export: a tree as ChatGPT's, in which a message is made of fragments."""

from collections.abc import Iterator

from conversations.formats.branches import line_seen_last
from conversations.formats.context import Context
from conversations.formats.fields import FieldError, Record
from conversations.formats.json_elements import rows_of_elements, with_fields
from conversations.formats.limits import MAX_NAME_CHARACTERS
from conversations.formats.options import Options, SubjectPolicy
from conversations.formats.parts import bounded
from conversations.formats.reader import Reader, proposing
from conversations.formats.rows import ConversationRow, Row, RowError, Turn
from conversations.formats.subjects import subject_of
from conversations.formats.turns import check_size

_ROLES = {"REQUEST": "user", "RESPONSE": "assistant"}


def _rows(line: int, record: Record, context: Context) -> Iterator[Row | RowError]:
    mapping = record.record("mapping")
    nodes = [mapping.record(name) for name in mapping.names()]
    said = [node for node in nodes if not node.missing("message")]
    if not said:
        raise FieldError("mapping", "at least one message", "none")
    seen = line_seen_last(nodes, name="id", parent="parent", last=None, path="mapping")
    turns = tuple(
        turn for node in seen.messages if not node.missing("message") for turn in _turns(node.record("message"))
    )
    check_size(len(turns), sum(len(turn.content) for turn in turns), "mapping")
    if not turns:
        raise FieldError("mapping", "at least one message that was shown", "none")
    name = record.optional_identifier("id")
    models = (node.record("message").optional_text("model", MAX_NAME_CHARACTERS) for node in said)
    yield ConversationRow(
        line=line,
        subject=subject_of(record, context.options, name, turns),
        conversation=name,
        turns=turns,
        model=next(filter(None, models), None),
    )
    yield from (each.row(line, kept=True) for each in seen.problems("mapping"))


def _turns(message: Record) -> Iterator[Turn]:
    """Thinking and searches are fragments of their own kinds, and nobody's answer."""
    for fragment in message.records("fragments", optional=True):
        role = _ROLES.get(fragment.optional_text("type") or "")
        text = fragment.optional_text("content") or ""
        if role and text.strip():
            yield Turn(role, bounded(text, fragment.at("content")))


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
