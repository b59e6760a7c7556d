"""LibreChat's export of a conversation: messages that name their parents, or hold their children."""

from collections.abc import Iterator, Sequence

from conversations.formats.branches import tree_of
from conversations.formats.context import Context
from conversations.formats.fields import FieldError, Record
from conversations.formats.json_elements import rows_of_elements
from conversations.formats.limits import MAX_NAME_CHARACTERS
from conversations.formats.options import Options, SubjectPolicy
from conversations.formats.parts import bounded, parts_text
from conversations.formats.reader import Beginning, Reader, proposing
from conversations.formats.rows import ConversationRow, Row, RowError, Turn
from conversations.formats.subjects import subject_of
from conversations.formats.turns import said_turns

_DEEPEST = 2_000
_NAMES = ("messages", "messagesTree")


def _rows(line: int, record: Record, context: Context) -> Iterator[Row | RowError]:
    name = next((name for name in _NAMES if record.has(name)), _NAMES[0])
    tree = tree_of(
        ((None, each) for each in _flat(record.list(name))), name, name="messageId", parent="parentMessageId"
    )
    if not tree.records:
        raise tree.odd[0] if tree.odd else FieldError(name, "at least one message", "none")
    seen = tree.line_to(None)
    said = said_turns(seen.messages, name, _turns)
    conversation = record.optional_identifier("conversationId")
    options = record.record_if_any("options") or Record({})
    yield ConversationRow(
        line=line,
        subject=subject_of(record, context.options, conversation, said.turns),
        conversation=conversation,
        turns=said.turns,
        model=options.optional_text("model", MAX_NAME_CHARACTERS),
    )
    yield from (each.row(line, kept=True) for each in (*tree.odd, *said.problems, *seen.problems))


def _flat(messages: Sequence[object]) -> list[object]:
    """Children behind their parents, each naming them; no deeper than anybody talks."""
    found: list[object] = []
    waiting = list(messages)[::-1]
    while waiting and len(found) < 5 * _DEEPEST:
        message = waiting.pop()
        found.append(message)
        if isinstance(message, dict):
            waiting += (Record(message).list_if_any("children") or [])[::-1]
    return found


def _turns(message: Record) -> Iterator[Turn]:
    is_user = message.is_true("isCreatedByUser")
    parts = message.list_if_any("content")
    text = message.optional_text("text") or (parts_text(parts, message.at("content")) if parts else "")
    if text.strip():
        yield Turn("user" if is_user else "assistant", bounded(text, message.at("text")))


def _recognises(beginning: Beginning) -> bool:
    element = beginning.element
    return element is not None and any(element.has(name) and _looks(element, name) for name in _NAMES)


def _looks(record: Record, name: str) -> bool:
    message = next((each for each in record.list_if_any(name) or [] if isinstance(each, dict)), None)
    return message is not None and Record.of(message).has("messageId", "isCreatedByUser")


READER = Reader(
    name="librechat",
    label="LibreChat",
    help="An exported conversation of LibreChat (JSON); usually one file is one subject.",
    section="Exports of other chats",
    recognises=_recognises,
    rows=rows_of_elements(_rows),
    propose=proposing(Options(SubjectPolicy.FILE)),
    names_subjects=False,
    holds_conversations_only=True,
)
