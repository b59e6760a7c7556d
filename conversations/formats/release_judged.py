"""Stage 3 of the research release (task 6), and the labels given to stage 2: model votes and the humans' majority."""

from collections.abc import Iterator

from .context import Context
from .fields import FieldError, Record
from .limits import MAX_ATTRIBUTE_CHARACTERS, MAX_NAME_CHARACTERS
from .release import profile_rows
from .rows import CaseRow, GivenAttribute, JudgmentRow, PromptRow, ResponseRow, Row, RowError

HUMAN_MAJORITY = "human majority"


def task6(line: int, record: Record, context: Context) -> Iterator[Row | RowError]:
    subject = record.identifier("user_id")
    prompt = _prompt_of(record, subject)
    prompt_text = record.text("prompt_text")
    responses = _responses(line, record, subject, prompt)
    profile = [{"attribute": given.attribute} for given in responses[1].attributes]
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


def _prompt_of(record: Record, subject: str) -> str:
    """Task 5's ``prompt_index`` out of ``<user_id>_<prompt_index>``."""
    name = record.identifier("prompt_id")
    prompt = name.removeprefix(f"{subject}_")
    if prompt == name or not prompt:
        raise record.error("prompt_id", "<user_id>_<prompt_index>")
    return prompt


def votes(line: int, record: Record, context: Context) -> Iterator[Row | RowError]:
    rater = record.text("model", MAX_NAME_CHARACTERS)
    yield from _labels(line, record, rater, "model", record.identifier("prompt_index"))


def majority(line: int, record: Record, context: Context) -> Iterator[Row | RowError]:
    prompt = _prompt_of(record, record.identifier("user_id"))
    yield from _labels(line, record, HUMAN_MAJORITY, "panel", prompt)


def _labels(line: int, record: Record, rater: str, rater_kind: str, prompt: str) -> Iterator[Row | RowError]:
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
