"""The project's own JSON Lines: every row names its kind, and a field that is not known is an error."""

from collections.abc import Iterator, Mapping

from conversations.formats.context import Context
from conversations.formats.fields import Record
from conversations.formats.json_elements import rows_of_elements, with_fields
from conversations.formats.reader import Reader
from conversations.formats.rows import Row, RowError

from . import controls, judgments, material, responses, selections
from .kind import RowKind

KINDS: Mapping[str, RowKind] = {
    **material.KINDS,
    **selections.KINDS,
    **responses.KINDS,
    **controls.KINDS,
    **judgments.KINDS,
}


def rows_of(line: int, record: Record, context: Context) -> Iterator[Row | RowError]:
    kind = KINDS[record.choice("kind", tuple(KINDS))]
    record.only(kind.fields | {"kind"})
    yield kind.build(line, record, context)


def _kind_is_text(record: Record) -> bool:
    return record.is_text("kind")


READER = Reader(
    name="yardstick",
    label="Yardstick JSONL",
    help="One row a line; its field kind says what it is: conversation, attribute, prompt, response, judgment, ...",
    section="Yardstick's own JSONL",
    recognises=with_fields("kind", and_looks=_kind_is_text),
    rows=rows_of_elements(rows_of),
)
