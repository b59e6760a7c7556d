"""Rows of WildChat-1M."""

from collections.abc import Iterator

from conversations.formats.context import Context
from conversations.formats.conversation_rows import conversation_and_problems
from conversations.formats.fields import Record
from conversations.formats.items import message_list
from conversations.formats.json_elements import rows_of_elements, turns_in, with_fields
from conversations.formats.options import Options
from conversations.formats.reader import Beginning, Reader, proposing
from conversations.formats.rows import Row, RowError
from conversations.formats.turns import transcript

_looks = turns_in("conversation", "role", "content")
_told_by_address = with_fields("hashed_ip", "conversation", and_looks=_looks)
_told_by_hash = with_fields("conversation_hash", "conversation", and_looks=_looks)


def _recognises(beginning: Beginning) -> bool:
    return _told_by_address(beginning) or _told_by_hash(beginning)


def _rows(line: int, record: Record, context: Context) -> Iterator[Row | RowError]:
    said = transcript(message_list(record, "conversation"), record.at("conversation"))
    flags = {name: record.boolean(name) for name in ("toxic", "redacted") if not record.missing(name)}
    yield from conversation_and_problems(line, record, context, said, flags=flags, subject_field="hashed_ip")


READER = Reader(
    name="wildchat",
    label="WildChat rows",
    help="WildChat-1M as JSON Lines; one subject is one hashed_ip.",
    section="WildChat and LMSYS",
    recognises=_recognises,
    rows=rows_of_elements(_rows),
    propose=proposing(Options(subject_field="hashed_ip")),
    holds_conversations_only=True,
)
