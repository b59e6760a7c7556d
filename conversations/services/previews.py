"""A dry run: what the first part of a file would bring. Nothing is stored."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import BinaryIO

from conversations.formats import (
    AttributeRow,
    ConversationRow,
    Format,
    Options,
    PassedOver,
    PromptRow,
    Row,
    RowError,
    SelectionRow,
    SubjectRow,
    Turn,
    parse,
)

SUBJECTS = 5
PROBLEMS = 20
TURNS = 6
PROMPTS = 5
MOST_ROWS = 5_000
HEAD_BYTES = 4 * 1024 * 1024


@dataclass
class SubjectPreview:
    name: str
    conversations: int = 0
    attributes: list[str] = field(default_factory=list)
    first_turns: list[Turn] = field(default_factory=list)
    more_turns: int = 0  # of the first conversation


@dataclass
class Preview:
    """``is_part``: only the beginning of the file was looked at."""

    format: Format
    options: Options
    subjects: list[SubjectPreview]
    counts: dict[str, int]
    problems: list[RowError]
    problem_count: int
    is_part: bool
    passed_over: list[PassedOver] = field(default_factory=list)
    prompts: list[str] = field(default_factory=list)

    @property
    def holds_nothing(self) -> bool:
        """Nothing of the whole file could be read. Behind a part there may be more."""
        return not self.counts and not self.is_part


def preview(
    *,
    file: BinaryIO,
    is_part: bool,
    format: Format,  # noqa: A002 - what it is called everywhere
    options: Options,
) -> Preview:
    """Read the beginning of a file as an import would."""
    rows: list[Row] = []
    problems: list[RowError] = []
    passed_over: list[PassedOver] = []
    for row in itertools.islice(_parsed(file, format, options, is_part=is_part), MOST_ROWS):
        if isinstance(row, RowError):
            problems.append(row)
        elif isinstance(row, PassedOver):
            passed_over.append(row)
        else:
            rows.append(row)
    if is_part and problems:
        problems = _without_the_cut(rows, problems)
    return Preview(
        format=format,
        options=options,
        subjects=_subjects(rows),
        counts=_counts(rows),
        problems=problems[:PROBLEMS],
        problem_count=len(problems),
        is_part=is_part,
        passed_over=passed_over,
        prompts=[row.text for row in rows if isinstance(row, PromptRow)][:PROMPTS],
    )


def _parsed(
    file: BinaryIO,
    format: Format,  # noqa: A002 - as above
    options: Options,
    *,
    is_part: bool,
) -> Iterator[Row | RowError | PassedOver]:
    """Of a text that was cut off anywhere only whole lines are read."""
    file.seek(0)
    if not is_part:
        return parse(file, format, options)
    head = file.read(HEAD_BYTES)
    return parse(BytesIO(_whole_lines(head)), format, options)


def _without_the_cut(rows: list[Row], problems: list[RowError]) -> list[RowError]:
    """What was cut off ends in errors of our own making: its last element, and the bracket that is missing."""
    last_row = max((row.line for row in rows), default=0)
    last = max((one.line for one in problems), default=0)
    return [one for one in problems if one.line <= last_row or one.line < last - 1]


def _whole_lines(head: bytes) -> bytes:
    """The head up to its last line end, unless it is one long line, or JSON over several of them."""
    is_lines = (
        not head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith((b"[", b"{\n", b"{\r", b"\xff\xfe", b"\xfe\xff"))
    )
    end = head.rfind(b"\n") if is_lines else -1
    return head[: end + 1] if end >= 0 else head


def _subjects(rows: list[Row]) -> list[SubjectPreview]:
    found: dict[str, SubjectPreview] = {}
    for row in rows:
        if not isinstance(row, SubjectRow | ConversationRow | AttributeRow):
            continue
        if row.subject not in found and len(found) >= SUBJECTS:
            continue
        subject = found.setdefault(row.subject, SubjectPreview(row.subject))
        if isinstance(row, ConversationRow):
            subject.conversations += 1
            if not subject.first_turns:
                subject.first_turns, subject.more_turns = list(row.turns[:TURNS]), max(0, len(row.turns) - TURNS)
        elif isinstance(row, AttributeRow):
            subject.attributes.append(row.text)
    return list(found.values())


def _counts(rows: list[Row]) -> dict[str, int]:
    """How many of each kind, in the order they came. Selections are counted as an import does: of attributes."""
    counts: dict[str, int] = {}
    for row in rows:
        kind = type(row).__name__.removesuffix("Row").lower() + "s"
        counts[kind] = counts.get(kind, 0) + (max(1, len(row.attributes)) if isinstance(row, SelectionRow) else 1)
    return counts
