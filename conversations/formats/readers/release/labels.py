"""Labels given to stage 2 of the release: of each attribute whether it is relevant."""

from collections.abc import Iterator

from conversations.formats.fields import FieldError, Record
from conversations.formats.limits import MAX_ATTRIBUTE_CHARACTERS
from conversations.formats.rows import JudgmentRow, Row, RowError


def relevance_labels(line: int, record: Record, rater: str, rater_kind: str, prompt: str) -> Iterator[Row | RowError]:
    subject = record.identifier("user_id")
    for index, value in enumerate(record.list("items")):
        try:
            item = Record.of(value, f"items[{index}]")
            yield JudgmentRow(
                line=line,
                rater=rater,
                rater_kind=rater_kind,
                stage=2,
                subject=subject,
                prompt=prompt,
                attribute=item.text("attribute", MAX_ATTRIBUTE_CHARACTERS),
                label="yes" if item.boolean("relevant") else "no",
            )
        except FieldError as error:
            yield error.row(line)
