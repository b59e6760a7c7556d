"""Rows of LMSYS-Chat-1M."""

from collections.abc import Iterator

from conversations.formats.context import Context
from conversations.formats.conversation_rows import conversation_and_problems
from conversations.formats.fields import Record
from conversations.formats.items import message_list
from conversations.formats.json_elements import rows_of_elements, turns_in, with_fields
from conversations.formats.options import Options, SubjectPolicy
from conversations.formats.reader import Reader, proposing
from conversations.formats.rows import Row, RowError
from conversations.formats.turns import transcript


def _rows(line: int, record: Record, context: Context) -> Iterator[Row | RowError]:
    said = transcript(message_list(record, "conversation"), record.at("conversation"))
    flags = {"redacted": record.boolean("redacted")} if not record.missing("redacted") else {}
    if not record.missing("openai_moderation"):
        flags["toxic"] = any(verdict.optional_boolean("flagged") for verdict in record.records("openai_moderation"))
    yield from conversation_and_problems(line, record, context, said, flags=flags)


READER = Reader(
    name="lmsys",
    label="LMSYS rows",
    help="LMSYS-Chat-1M as JSON Lines. Carries no user id: say what one subject is.",
    section="WildChat and LMSYS",
    recognises=with_fields("conversation_id", "conversation", and_looks=turns_in("conversation", "role", "content")),
    rows=rows_of_elements(_rows),
    propose=proposing(Options(SubjectPolicy.CONVERSATION)),
    names_subjects=False,
    holds_conversations_only=True,
)
