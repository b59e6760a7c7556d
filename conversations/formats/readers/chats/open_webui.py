"""Open WebUI's export of chats: a tree of messages and the one that was looked at last."""

from collections.abc import Iterator
from dataclasses import replace

from conversations.formats.branches import Tree, tree_of
from conversations.formats.context import Context
from conversations.formats.fields import FieldError, Record
from conversations.formats.json_elements import rows_of_elements, with_fields
from conversations.formats.limits import MAX_NAME_CHARACTERS
from conversations.formats.options import Options, SubjectPolicy
from conversations.formats.reader import Reader
from conversations.formats.rows import ConversationRow, Row, RowError
from conversations.formats.subjects import subject_of
from conversations.formats.thinking import without_thinking
from conversations.formats.turns import transcript


def _rows(line: int, record: Record, context: Context) -> Iterator[Row | RowError]:
    tree, last = _tree(record.record("chat"))
    if not tree.parents:
        raise FieldError("chat", "at least one message", "none")
    seen = tree.line_to(last)
    said = transcript([message.as_it_is() for message in seen.messages], tree.path)
    said = replace(said, turns=tuple(map(without_thinking, said.turns)))
    name = record.optional_identifier("id")
    yield ConversationRow(
        line=line,
        subject=subject_of(record, context.options, name, said.turns, "user_id"),
        conversation=name,
        turns=said.turns,
        model=next(
            (
                each.optional_text("model", MAX_NAME_CHARACTERS)
                for each in tree.records.values()
                if each.is_text("model")
            ),
            None,
        ),
    )
    yield from (each.row(line, kept=True) for each in (*tree.odd, *said.problems, *seen.problems))


def _tree(chat: Record) -> tuple[Tree, str | None]:
    history = chat.record_if_any("history")
    nodes = None if history is None else history.record_if_any("messages")
    names = {"name": "id", "parent": "parentId", "children": "childrenIds"}
    if history is None or nodes is None or not nodes.names():
        listed = chat.list("messages", optional=True)
        return tree_of(((None, each) for each in listed), "chat.messages", **names), None
    return tree_of(nodes.as_it_is().items(), "chat.history.messages", **names), _last(history)


def _last(history: Record) -> str | None:
    try:
        return history.optional_identifier("currentId")
    except FieldError:
        return None


def _is_chat(record: Record) -> bool:
    chat = record.record("chat")
    return chat.has("history") or chat.has("messages")


READER = Reader(
    name="open_webui",
    label="Open WebUI",
    help="Exported chats of Open WebUI; the subject is their user.",
    section="Exports of other chats",
    recognises=with_fields("chat", and_looks=_is_chat),
    rows=rows_of_elements(_rows),
    propose=lambda _head: Options(SubjectPolicy.FIELD, "user_id"),
    holds_conversations_only=True,
)
