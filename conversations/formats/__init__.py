"""Upload formats: recognise one, and translate a file of it into rows, one at a time."""

import dataclasses
from collections.abc import Iterator
from typing import BinaryIO

from . import limits as limits
from .containers import ENCODINGS, Damaged, PassedOver, is_container
from .detection import NotRecognised, default_options, recognise
from .fields import problem
from .heads import HEAD_BYTES
from .limits import MAX_LINE_BYTES, MAX_TURN_CHARACTERS
from .opening import Examined, examine, opened_texts
from .options import OfferedChoice, Options, SubjectPolicy
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
    "ENCODINGS",
    "HEAD_BYTES",
    "MAX_LINE_BYTES",
    "MAX_TURN_CHARACTERS",
    "AttributeRow",
    "CaseRow",
    "ControlRow",
    "ConversationRow",
    "EvidencePointer",
    "Examined",
    "Format",
    "GivenAttribute",
    "JudgmentRow",
    "NotRecognised",
    "OfferedChoice",
    "Options",
    "PassedOver",
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
    "examine",
    "is_container",
    "parse",
    "reader_of",
    "recognise",
    "shown_readers",
]


def parse(
    stream: BinaryIO,
    format: Format,  # noqa: A002 - what it is called everywhere
    options: Options,
) -> Iterator[Row | RowError | PassedOver]:
    """The rows of a file and what is wrong with it, in the file's order, in memory bounded by ``MAX_LINE_BYTES``.

    Of an archive what it holds beside, too; ``file`` of a row says where in it the row stands.
    """
    file = ""
    try:
        for text in opened_texts(stream, format, options):
            if isinstance(text, PassedOver):
                yield text
                continue
            file = text.name
            for row in text.reader.rows(text.stream, options):
                spoken = _spoken(row)
                yield dataclasses.replace(spoken, file=file) if file else spoken
    except Damaged as damage:
        yield dataclasses.replace(problem(0, "a file that can be read to its end", str(damage)), file=file)


def _spoken(row: Row | RowError) -> Row | RowError:
    """A conversation tells of a person only where the person said something."""
    if not isinstance(row, ConversationRow) or any(turn.role == "user" and turn.content.strip() for turn in row.turns):
        return row
    found = f"none in {len(row.turns)} turns"
    return RowError(line=row.line, field="", expected="a turn of the user with text", found=found)
