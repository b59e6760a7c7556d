"""What several files of the release write alike: a profile's attributes, and which prompt a row is of."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from conversations.formats.context import Context
from conversations.formats.fields import FieldError, Record
from conversations.formats.limits import MAX_ATTRIBUTE_CHARACTERS
from conversations.formats.rows import AttributeRow, EvidencePointer, Row, RowError


def attribute_row(
    line: int, subject: str, entry: Record, context: Context, evidence: Sequence[EvidencePointer] = ()
) -> AttributeRow:
    return AttributeRow(
        line=line,
        subject=subject,
        text=entry.text("attribute", MAX_ATTRIBUTE_CHARACTERS),
        reason=entry.optional_text("reason") or "",
        confidence=entry.optional_number("confidence", 0, 1),
        evidence=tuple(evidence),
        system=context.options.system or None,
        merged_from=_originals(entry),
    )


def _originals(entry: Record) -> tuple[str, ...]:
    texts = entry.list("original_attributes", optional=True)
    path = entry.at("original_attributes")
    return tuple(Record({str(n): text}, path).text(str(n), MAX_ATTRIBUTE_CHARACTERS) for n, text in enumerate(texts))


def profile_rows(line: int, subject: str, profile: list[Any], path: str, context: Context) -> Iterator[Row | RowError]:
    """A subject's profile stands in each of its cases and is yielded once for each of its versions."""
    if not context.first_time("profile", subject, json.dumps(profile, sort_keys=True)):
        return
    for index, value in enumerate(profile):
        try:
            yield attribute_row(line, subject, Record.of(value, f"{path}[{index}]"), context)
        except FieldError as error:
            yield error.row(line)


def prompt_of(record: Record, subject: str) -> str:
    """Task 5's ``prompt_index`` out of ``<user_id>_<prompt_index>``."""
    name = record.identifier("prompt_id")
    prompt = name.removeprefix(f"{subject}_")
    if prompt == name or not prompt:
        raise record.error("prompt_id", "<user_id>_<prompt_index>")
    return prompt
