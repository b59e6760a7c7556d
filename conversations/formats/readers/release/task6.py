"""Stage 3 of the research release: generic and personalized responses."""

from collections.abc import Iterator

from conversations.formats.context import Context
from conversations.formats.fields import Record
from conversations.formats.json_elements import rows_of_elements, with_fields
from conversations.formats.limits import MAX_ATTRIBUTE_CHARACTERS, MAX_NAME_CHARACTERS
from conversations.formats.options import Options
from conversations.formats.reader import Reader, proposing
from conversations.formats.rows import CaseRow, GivenAttribute, PromptRow, ResponseRow, Row, RowError

from .profiles import profile_rows, prompt_of


def _rows(line: int, record: Record, context: Context) -> Iterator[Row | RowError]:
    subject = record.identifier("user_id")
    prompt = prompt_of(record, subject)
    prompt_text = record.text("prompt_text")
    responses = _responses(line, record, subject, prompt)
    profile = [{"attribute": given.attribute} for given in responses[1].attributes or ()]
    yield from profile_rows(line, subject, profile, "attributes", context)
    if context.first_time("prompt", prompt, prompt_text):
        yield PromptRow(line=line, prompt=prompt, text=prompt_text)
    yield CaseRow(line=line, subject=subject, prompt=prompt)
    yield from responses


def _responses(line: int, record: Record, subject: str, prompt: str) -> tuple[ResponseRow, ResponseRow]:
    system = record.text("model_tag", MAX_NAME_CHARACTERS)
    given = tuple(
        GivenAttribute(
            item.text("attribute", MAX_ATTRIBUTE_CHARACTERS), given=item.optional_boolean("is_relevant") is True
        )
        for item in record.records("attributes")
    )
    generic = ResponseRow(
        line=line,
        system=system,
        subject=subject,
        prompt=prompt,
        kind="generic",
        text=record.text("response_no_context"),
        model=system,
    )
    personalized = ResponseRow(
        line=line,
        system=system,
        subject=subject,
        prompt=prompt,
        kind="personalized",
        text=record.text("response_personalized"),
        attributes=given,
        model=system,
    )
    return generic, personalized


READER = Reader(
    name="release_task6",
    label="Release, task 6",
    help="Stage 3 of the research release: generic and personalized responses.",
    section="The research release",
    recognises=with_fields("model_tag", "prompt_id"),
    rows=rows_of_elements(_rows),
    propose=proposing(Options(system="release")),
    place=2,
)
