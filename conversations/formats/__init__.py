"""Upload formats: recognise one, and translate a file of it into rows, one at a time."""

import dataclasses
from collections.abc import Iterator
from typing import BinaryIO

from . import limits as limits
from .containers import members
from .detection import NotRecognised, default_options, recognise
from .heads import HEAD_BYTES
from .limits import MAX_LINE_BYTES, MAX_TURN_CHARACTERS
from .options import Options, SubjectPolicy
from .reader import Reader
from .registry import Format, reader_of, shown_readers
from .rows import (
    AttributeRow,
    CaseRow,
    ControlRow,
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

__all__ = [
    "HEAD_BYTES",
    "MAX_LINE_BYTES",
    "MAX_TURN_CHARACTERS",
    "AttributeRow",
    "CaseRow",
    "ControlRow",
    "ConversationRow",
    "EvidencePointer",
    "Format",
    "GivenAttribute",
    "JudgmentRow",
    "NotRecognised",
    "Options",
    "PromptRow",
    "Reader",
    "ResponseRow",
    "Row",
    "RowError",
    "SelectedAttribute",
    "SelectionRow",
    "StatedArm",
    "SubjectPolicy",
    "SubjectRow",
    "Turn",
    "default_options",
    "parse",
    "reader_of",
    "recognise",
    "shown_readers",
]


def parse(
    stream: BinaryIO,
    format: Format,  # noqa: A002 - what it is called everywhere
    options: Options,
) -> Iterator[Row | RowError]:
    """The rows of a file and what is wrong with it, in the file's order, in memory bounded by ``MAX_LINE_BYTES``."""
    for member in members(stream, options):
        for row in reader_of(format).rows(member.open(), options):
            spoken = _spoken(row)
            yield dataclasses.replace(spoken, file=member.name) if member.name else spoken


def _spoken(row: Row | RowError) -> Row | RowError:
    """A conversation tells of a person only where the person said something."""
    if not isinstance(row, ConversationRow) or any(turn.role == "user" and turn.content.strip() for turn in row.turns):
        return row
    found = f"none in {len(row.turns)} turns"
    return RowError(line=row.line, field="", expected="a turn of the user with text", found=found)
