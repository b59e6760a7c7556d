"""Upload formats: recognise one, and translate a file of it into rows, one at a time."""

from collections.abc import Iterator, Mapping
from typing import BinaryIO

from . import limits as limits
from .chatgpt import chatgpt
from .chats import lmsys, openai, sharegpt, wildchat
from .claude import claude
from .context import Builder, Context
from .csv_turns import parse_csv
from .detection import HEAD_BYTES, NotRecognised, csv_header, default_options, recognise
from .faults import unforeseen
from .fields import FieldError, Record
from .limits import MAX_LINE_BYTES, MAX_TURN_CHARACTERS
from .options import DESCRIPTIONS, Description, Format, Options, SubjectPolicy, needs_subject_policy
from .records import read_records
from .release import task4, task5
from .release_judged import majority, task6, votes
from .rows import (
    AttributeRow,
    CaseRow,
    ConversationRow,
    EvidencePointer,
    GivenAttribute,
    JudgmentRow,
    PromptRow,
    ResponseRow,
    Row,
    RowError,
    SelectedAttribute,
    SelectionRow,
    StatedArm,
    SubjectRow,
    Turn,
)
from .verified import verified_attributes
from .yardstick import yardstick

__all__ = [
    "DESCRIPTIONS",
    "HEAD_BYTES",
    "MAX_LINE_BYTES",
    "MAX_TURN_CHARACTERS",
    "AttributeRow",
    "CaseRow",
    "ConversationRow",
    "Description",
    "EvidencePointer",
    "Format",
    "GivenAttribute",
    "JudgmentRow",
    "NotRecognised",
    "Options",
    "PromptRow",
    "ResponseRow",
    "Row",
    "RowError",
    "SelectedAttribute",
    "SelectionRow",
    "StatedArm",
    "SubjectPolicy",
    "SubjectRow",
    "Turn",
    "csv_header",
    "default_options",
    "needs_subject_policy",
    "parse",
    "recognise",
]

_BUILDERS: Mapping[Format, Builder] = {
    Format.YARDSTICK: yardstick,
    Format.OPENAI: openai,
    Format.SHAREGPT: sharegpt,
    Format.WILDCHAT: wildchat,
    Format.LMSYS: lmsys,
    Format.CHATGPT: chatgpt,
    Format.CLAUDE: claude,
    Format.VERIFIED_ATTRIBUTES: verified_attributes,
    Format.RELEASE_TASK4: task4,
    Format.RELEASE_TASK5: task5,
    Format.RELEASE_TASK6: task6,
    Format.RELEASE_VOTES: votes,
    Format.RELEASE_MAJORITY: majority,
}


def parse(
    stream: BinaryIO,
    format: Format,  # noqa: A002 - what it is called everywhere
    options: Options,
) -> Iterator[Row | RowError]:
    """The rows of a file and what is wrong with it, in the file's order, in memory bounded by ``MAX_LINE_BYTES``."""
    if format is Format.CSV:
        yield from map(_spoken, parse_csv(stream, options))
        return
    context = Context(options)
    for record in read_records(stream):
        if isinstance(record, RowError):
            yield record
        else:
            yield from map(_spoken, _built(*record, _BUILDERS[format], context))
        del record  # or it would stand in memory beside the next one


def _built(line: int, value: object, build: Builder, context: Context) -> Iterator[Row | RowError]:
    try:
        yield from build(line, Record.of(value), context)
    except FieldError as error:
        yield error.row(line)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is this row's problem and not its neighbours'
        yield unforeseen(line, error)


def _spoken(row: Row | RowError) -> Row | RowError:
    """A conversation tells of a person only where the person said something."""
    if not isinstance(row, ConversationRow) or any(turn.role == "user" and turn.content.strip() for turn in row.turns):
        return row
    found = f"none in {len(row.turns)} turns"
    return RowError(line=row.line, field="", expected="a turn of the user with text", found=found)
