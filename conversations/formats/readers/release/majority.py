"""The humans' majority on stage 2 of the research release."""

from collections.abc import Iterator

from conversations.formats.context import Context
from conversations.formats.fields import Record
from conversations.formats.json_elements import rows_of_elements, with_fields
from conversations.formats.reader import Reader
from conversations.formats.rows import Row, RowError

from .labels import relevance_labels
from .profiles import prompt_of

HUMAN_MAJORITY = "human majority"


def _rows(line: int, record: Record, context: Context) -> Iterator[Row | RowError]:
    prompt = prompt_of(record, record.identifier("user_id"))
    yield from relevance_labels(line, record, HUMAN_MAJORITY, "panel", prompt)


READER = Reader(
    name="release_majority",
    label="Release, human majority",
    help="The humans' majority on the attributes of task 5, without the individual raters.",
    section="The research release",
    recognises=with_fields("sample_index", "prompt_id", "items"),
    rows=rows_of_elements(_rows),
    place=3,
)
