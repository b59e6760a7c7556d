"""A dry run: what the first part of a file would bring. Nothing is stored."""

import itertools
from dataclasses import dataclass, field
from io import BytesIO

from conversations.formats import (
    AttributeRow,
    ConversationRow,
    Format,
    Options,
    Row,
    RowError,
    SubjectRow,
    Turn,
    parse,
)

SUBJECTS = 5
PROBLEMS = 20
MOST_ROWS = 5_000
HEAD_BYTES = 4 * 1024 * 1024


@dataclass
class SubjectPreview:
    name: str
    conversations: int = 0
    attributes: list[str] = field(default_factory=list)
    first_turns: list[Turn] = field(default_factory=list)


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

    @property
    def holds_nothing(self) -> bool:
        """Nothing of the whole file could be read. Behind a part there may be more."""
        return not self.counts and not self.is_part


def preview(
    *,
    head: bytes,
    is_part: bool,
    format: Format,  # noqa: A002 - what it is called everywhere
    options: Options,
) -> Preview:
    """Read the beginning of a file as an import would."""
    rows: list[Row] = []
    problems: list[RowError] = []
    for row in itertools.islice(parse(BytesIO(_whole_lines(head, is_part=is_part)), format, options), MOST_ROWS):
        if isinstance(row, RowError):
            problems.append(row)
        else:
            rows.append(row)
    if is_part and _is_array(head):
        problems = _without_the_cut(rows, problems)
    return Preview(format, options, _subjects(rows), _counts(rows), problems[:PROBLEMS], len(problems), is_part)


def _without_the_cut(rows: list[Row], problems: list[RowError]) -> list[RowError]:
    """An array that was cut off ends in errors of our own making: its last element, and the bracket that is missing."""
    last_row = max((row.line for row in rows), default=0)
    last = max((one.line for one in problems), default=0)
    return [one for one in problems if one.line <= last_row or one.line < last - 1]


def _whole_lines(head: bytes, *, is_part: bool) -> bytes:
    """The head up to its last line end, unless it is one long line (an array)."""
    if not is_part or _is_array(head):
        return head
    end = head.rfind(b"\n")
    return head[: end + 1] if end >= 0 else head


def _is_array(head: bytes) -> bool:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"[")


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
            subject.first_turns = subject.first_turns or list(row.turns[:2])
        elif isinstance(row, AttributeRow):
            subject.attributes.append(row.text)
    return list(found.values())


def _counts(rows: list[Row]) -> dict[str, int]:
    """How many rows of each kind, in the order they came."""
    counts: dict[str, int] = {}
    for row in rows:
        kind = type(row).__name__.removesuffix("Row").lower() + "s"
        counts[kind] = counts.get(kind, 0) + 1
    return counts
