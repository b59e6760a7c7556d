"""Stage 2 of the research release: profiles, prompts and cases."""

from collections.abc import Iterator

from conversations.formats.context import Context
from conversations.formats.fields import FieldError, Record
from conversations.formats.json_elements import rows_of_elements, with_fields
from conversations.formats.limits import MAX_ATTRIBUTE_CHARACTERS
from conversations.formats.options import Options
from conversations.formats.reader import Reader, proposing
from conversations.formats.rows import CaseRow, PromptRow, Row, RowError, SelectedAttribute, SelectionRow

from .profiles import profile_rows

PRESELECTION = "release preselection"


def _rows(line: int, record: Record, context: Context) -> Iterator[Row | RowError]:
    subject = record.identifier("user_id")
    prompt = record.identifier("prompt_index")
    text = record.text("prompt_text")
    profile = record.list("profile_attributes")
    yield from profile_rows(line, subject, profile, "profile_attributes", context)
    if context.first_time("prompt", prompt, text):
        yield PromptRow(line=line, prompt=prompt, text=text)
    yield CaseRow(line=line, subject=subject, prompt=prompt)
    yield from _preselection(line, subject, prompt, record)


def _preselection(line: int, subject: str, prompt: str, record: Record) -> Iterator[Row | RowError]:
    """``items`` holds what a model picked beforehand; what it did not list, it did not pick."""
    if record.missing("items"):
        return
    picked, items = [], record.list("items")
    for index, value in enumerate(items):
        try:
            item = Record.of(value, f"items[{index}]")
            attribute = item.text("attribute", MAX_ATTRIBUTE_CHARACTERS)
            picked.append(SelectedAttribute(attribute, score=item.optional_number("relevance")))
        except FieldError as error:
            yield error.row(line)
    if len(picked) == len(items):  # with one left out the rest would say no to it
        yield SelectionRow(
            line=line, system=PRESELECTION, subject=subject, prompt=prompt, attributes=tuple(picked), is_whole=True
        )


READER = Reader(
    name="release_task5",
    label="Release, task 5",
    help="Stage 2 of the research release: profiles, prompts and cases.",
    section="The research release",
    recognises=with_fields("profile_attributes"),
    rows=rows_of_elements(_rows),
    propose=proposing(Options(system="release")),
    place=1,
)
