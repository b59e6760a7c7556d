"""A Claude data export: messages of blocks, with what was pasted and attached beside them."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from conversations.formats.branches import Tree, tree_of
from conversations.formats.context import Context
from conversations.formats.conversation_rows import conversation_row
from conversations.formats.fields import FieldError, Record
from conversations.formats.json_elements import rows_of_elements, turns_in, with_fields
from conversations.formats.options import Options, SubjectPolicy
from conversations.formats.parts import IMAGE, PICTURES, bounded, part_kind
from conversations.formats.reader import Reader, proposing
from conversations.formats.roles import turn_role
from conversations.formats.rows import Row, RowError, Turn
from conversations.formats.turns import check_size

_SHOWN_BLOCKS = frozenset({"text", "voice_note"})
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def _rows(line: int, record: Record, context: Context) -> Iterator[Row | RowError]:
    listed = ((None, each) for each in record.list("chat_messages"))
    tree = tree_of(listed, "chat_messages", name="uuid", parent="parent_message_uuid")
    seen = tree.line_to(_last(record, tree))
    turns, problems = _turns(seen.messages)
    problems = tree.odd + problems
    if not turns:
        raise problems[0] if problems else record.error("chat_messages", "at least one message with text")
    yield conversation_row(line, record, context, turns)
    yield from (problem.row(line, kept=True) for problem in (*problems, *seen.problems))


def _last(record: Record, tree: Tree) -> str | None:
    """The message written last: where one was edited, others branch off."""
    if (stated := record.optional_text_if_any("current_leaf_message_uuid")) is not None:
        return stated
    written = [(_written(tree.records[leaf]), place, leaf) for place, leaf in enumerate(tree.leaves())]
    return max(written)[2] if written else None


def _written(message: Record) -> datetime:
    try:
        return message.optional_moment("created_at") or _LONG_AGO
    except FieldError:
        return _LONG_AGO


def _turns(messages: Sequence[Record]) -> tuple[tuple[Turn, ...], list[FieldError]]:
    turns: list[Turn] = []
    problems: list[FieldError] = []
    characters = 0
    for message in messages:
        try:
            turn = _turn(message)
        except FieldError as error:
            problems.append(error)
            continue
        if turn is not None:
            characters += len(turn.content)
            check_size(len(turns) + 1, characters, "chat_messages")
            turns.append(turn)
    return tuple(turns), problems


def _turn(message: Record) -> Turn | None:
    role = turn_role(message, "sender")
    text = "\n".join(filter(None, [*_files(message), _said(message), *_attachments(message)]))
    return Turn(role, bounded(text, message.at("content"))) if text.strip() else None


def _said(message: Record) -> str:
    content = message.text_or_list("content")
    if isinstance(content, str):
        return content
    if not content:
        return message.optional_text("text") or ""
    return "\n".join(filter(None, map(_block, message.records("content"))))


def _block(block: Record) -> str:
    """What a block showed. Thinking, searches, their results and budgets are the vendor's own."""
    kind = part_kind(block)
    if kind in _SHOWN_BLOCKS:
        return block.optional_text("text") or ""
    if kind == "tool_use" and block.optional_text("name") == "artifacts":
        return _artifact(block)
    return IMAGE if kind == "image" else ""


def _artifact(block: Record) -> str:
    """The document beside the chat, or the new text of a part of it."""
    written = block.optional_record("input") or Record({})
    return written.optional_text("content") or written.optional_text("new_str") or ""


def _attachments(message: Record) -> Iterator[str]:
    """Pasted text has no name; a file's text stands under its name."""
    for attachment in message.records("attachments", optional=True):
        name = attachment.optional_text("file_name")
        text = attachment.optional_text("extracted_content")
        if name or not text:
            yield _note(name)
        if text:
            yield text


def _files(message: Record) -> Iterator[str]:
    attached = {one.optional_text("file_name") for one in message.records("attachments", optional=True)}
    for file in message.records("files", optional=True):
        name = file.optional_text("file_name")
        if name is None or name not in attached:
            yield _note(name)


def _note(name: str | None) -> str:
    if name and name.lower().endswith(PICTURES):
        return IMAGE
    return f"[file: {name[:80]}]" if name else "[file]"


READER = Reader(
    name="claude",
    label="Claude export",
    help="conversations.json of a Claude data export; usually one file is one subject.",
    section="ChatGPT and Claude exports",
    recognises=with_fields("chat_messages", and_looks=turns_in("chat_messages", "sender", "uuid", "text")),
    rows=rows_of_elements(_rows),
    propose=proposing(Options(SubjectPolicy.FILE)),
    names_subjects=False,
)
