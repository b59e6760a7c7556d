"""OpenAI's lists of messages, as its chat API takes them."""

from collections.abc import Iterator

from conversations.formats.context import Context
from conversations.formats.conversation_rows import conversation_and_problems
from conversations.formats.fields import Record
from conversations.formats.heads import first_records, text_of
from conversations.formats.json_elements import rows_of_elements, with_fields
from conversations.formats.options import Options, SubjectPolicy
from conversations.formats.reader import Reader
from conversations.formats.rows import Row, RowError
from conversations.formats.subjects import SUBJECT_FIELDS
from conversations.formats.turns import transcript


def _rows(line: int, record: Record, context: Context) -> Iterator[Row | RowError]:
    said = transcript(record.list("messages"), record.at("messages"))
    yield from conversation_and_problems(line, record, context, said)


def _has_messages(record: Record) -> bool:
    return not record.missing("messages")


def _propose(head: bytes) -> Options:
    records, _problems = first_records(text_of(head))
    field = next((name for name in SUBJECT_FIELDS if records and records[0].has(name)), None)
    return Options(SubjectPolicy.FIELD, field) if field else Options(SubjectPolicy.CONVERSATION)


READER = Reader(
    name="openai",
    label="OpenAI messages",
    help="One conversation a line: {messages: [{role, content}]}, with or without a user or session id.",
    section="OpenAI messages",
    recognises=with_fields("messages", and_looks=_has_messages),
    rows=rows_of_elements(_rows),
    propose=_propose,
    names_subjects=False,
    holds_conversations_only=True,
)
