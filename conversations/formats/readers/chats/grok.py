"""A Grok data export: conversations with their responses, the person's own among them."""

from collections.abc import Iterator

from conversations.formats.branches import tree_of
from conversations.formats.context import Context
from conversations.formats.fields import FieldError, Record
from conversations.formats.json_elements import rows_of_elements, with_fields
from conversations.formats.limits import MAX_NAME_CHARACTERS
from conversations.formats.options import Options, SubjectPolicy
from conversations.formats.reader import Reader
from conversations.formats.rows import ConversationRow, Row, RowError
from conversations.formats.subjects import subject_of
from conversations.formats.turns import transcript


def _rows(line: int, record: Record, context: Context) -> Iterator[Row | RowError]:
    about = record.record("conversation")
    listed = ((None, _response(each)) for each in record.list("responses"))
    tree = tree_of(listed, "responses", name="_id", parent="parent_response_id")
    if not tree.records:
        raise tree.odd[0] if tree.odd else FieldError("responses", "at least one message", "none")
    seen = tree.line_to(None)
    said = transcript([message.as_it_is() for message in seen.messages], "responses", "sender", "message")
    name = about.optional_identifier("id")
    yield ConversationRow(
        line=line,
        subject=subject_of(about, context.options, name, said.turns, "user_id"),
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


def _response(value: object) -> object:
    """It may stand in an object of its own."""
    inner = Record(value).record_if_any("response") if isinstance(value, dict) else None
    return value if inner is None else inner.as_it_is()


READER = Reader(
    name="grok",
    label="Grok export",
    help="prod-grok-backend.json of a Grok data export; the subject is its user.",
    section="Exports of other chats",
    recognises=with_fields("conversation", "responses"),
    rows=rows_of_elements(_rows),
    propose=lambda _head: Options(SubjectPolicy.FIELD, "user_id"),
    holds_conversations_only=True,
)
