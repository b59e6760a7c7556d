"""One model's relevance votes on stage 2 of the research release."""

from collections.abc import Iterator

from conversations.formats.context import Context
from conversations.formats.fields import Record
from conversations.formats.json_elements import rows_of_elements, with_fields
from conversations.formats.limits import MAX_NAME_CHARACTERS
from conversations.formats.reader import Reader
from conversations.formats.rows import Row, RowError

from .labels import relevance_labels


def _rows(line: int, record: Record, context: Context) -> Iterator[Row | RowError]:
    rater = record.text("model", MAX_NAME_CHARACTERS)
    yield from relevance_labels(line, record, rater, "model", record.identifier("prompt_index"))


READER = Reader(
    name="release_votes",
    label="Release, model votes",
    help="One model's relevance votes on the attributes of task 5.",
    section="The research release",
    recognises=with_fields("model", "sample_index", "items"),
    rows=rows_of_elements(_rows),
    place=3,
)
