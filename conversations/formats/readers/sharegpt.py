"""ShareGPT's rows of turns."""

from collections.abc import Iterator

from conversations.formats.context import Context
from conversations.formats.conversation_rows import conversation_and_problems
from conversations.formats.fields import Record
from conversations.formats.json_elements import rows_of_elements, turns_in, with_fields
from conversations.formats.options import Options, SubjectPolicy
from conversations.formats.reader import Reader, proposing
from conversations.formats.rows import Row, RowError
from conversations.formats.turns import transcript


def _rows(line: int, record: Record, context: Context) -> Iterator[Row | RowError]:
    said = transcript(record.list("conversations"), record.at("conversations"), "from", "value")
    yield from conversation_and_problems(line, record, context, said)


READER = Reader(
    name="sharegpt",
    label="ShareGPT",
    help="{conversations: [{from, value}]}. Carries no user id: say what one subject is.",
    section="ShareGPT",
    recognises=with_fields("conversations", and_looks=turns_in("conversations", "from", "value", "role", "content")),
    rows=rows_of_elements(_rows),
    propose=proposing(Options(SubjectPolicy.CONVERSATION)),
    names_subjects=False,
    holds_conversations_only=True,
)
