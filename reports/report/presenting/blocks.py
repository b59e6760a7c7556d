"""What a report is made of. Each kind has a template in templates/reports/blocks and a function in report.typ."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from reports.report.charts.chart import Chart
from reports.report.presenting import wording
from reports.report.presenting.wording import Figure


@dataclass(frozen=True, slots=True)
class Cell:
    """``detail`` is an interval or a count below the text. ``is_number`` aligns it."""

    text: str
    detail: str = ""
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class TableBlock:
    kind: ClassVar = "table"
    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    notes: Sequence[str] = ()

    @property
    def headed(self) -> list[tuple[str, bool]]:
        """Columns, and whether they hold numbers."""
        first = self.rows[0] if self.rows else [Cell("") for _ in self.columns]
        return [(name, cell.is_number) for name, cell in zip(self.columns, first, strict=True)]


@dataclass(frozen=True, slots=True)
class Stat:
    label: str
    number: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Stats:
    kind: ClassVar = "stats"
    items: Sequence[Stat]


@dataclass(frozen=True, slots=True)
class Text:
    kind: ClassVar = "text"
    sentences: Sequence[str]


@dataclass(frozen=True, slots=True)
class Heading:
    kind: ClassVar = "heading"
    text: str


@dataclass(frozen=True, slots=True)
class Fold:
    """On the page closed until somebody opens it; open on paper. ``in_view`` stands below it in any case."""

    kind: ClassVar = "fold"
    summary: str
    sentences: Sequence[str]
    in_view: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Drawn:
    """A chart. ``drawings`` by variant; without them its table is all there is."""

    kind: ClassVar = "chart"
    chart: Chart
    note: str = ""


@dataclass(frozen=True, slots=True)
class ExampleGroup:
    """``rows`` as ``reports.report.figures.examples`` has them."""

    title: str
    note: str
    rows: Sequence[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Examples:
    kind: ClassVar = "examples"
    stage: int
    groups: Sequence[ExampleGroup]


@dataclass(frozen=True, slots=True)
class RatersLink:
    """On the page it leads to the table of raters; in a file it is a sentence."""

    kind: ClassVar = "raters_link"
    text: str

    @property
    def sentences(self) -> list[str]:
        return [self.text]


@dataclass(frozen=True, slots=True)
class LadderLink:
    """On the page it leads to the page of the ladder; in a file it is a sentence."""

    kind: ClassVar = "ladder_link"
    text: str

    @property
    def sentences(self) -> list[str]:
        return [self.text]


type Block = TableBlock | Stats | Text | Heading | Fold | Drawn | Examples | RatersLink | LadderLink


@dataclass(frozen=True, slots=True)
class Section:
    """``missing`` says why there is nothing in it; ``about``, which system all of it is about."""

    key: str
    title: str
    lead: str = ""
    blocks: Sequence[Block] = field(default=())
    missing: str = ""
    about: str = ""

    @property
    def charts(self) -> list[Chart]:
        return [block.chart for block in self.blocks if isinstance(block, Drawn)]


def largest(groups: Sequence[Figure], size: Callable[[Figure], int], most: int) -> list[Figure]:
    """So many of the groups as a reader can take in, in their order: those with the most units."""
    kept = sorted(range(len(groups)), key=lambda place: -size(groups[place]))[:most]
    return [groups[place] for place in sorted(kept)]


def share_cell(estimate: Figure | None) -> Cell:
    return Cell(wording.share(estimate), wording.interval(estimate, is_share=True), is_number=True)


def number_cell(estimate: Figure | None, *, digits: int = 2) -> Cell:
    return Cell(wording.number(estimate, digits=digits), wording.interval(estimate, digits=digits), is_number=True)


def signed_cell(estimate: Figure | None) -> Cell:
    return Cell(wording.signed(estimate), wording.interval(estimate), is_number=True)


def points_cell(estimate: Figure | None) -> Cell:
    """A difference of shares, in percentage points."""
    return Cell(wording.percent_points(estimate), wording.interval(estimate, is_share=True, unit=""), is_number=True)


def count_cell(value: int | None) -> Cell:
    return Cell(wording.count(value), is_number=True)


def why_missing(*estimates: Figure | None) -> list[str]:
    """Why a dash stands in a table, each reason once."""
    reasons = dict.fromkeys(wording.reason(estimate) for estimate in estimates)
    return [f"{wording.NO_FIGURE} {each}" for each in reasons if each]


def stat(
    label: str,
    estimate: Figure | None,
    write: Callable[[Figure | None], str],
    *,
    is_share: bool = False,
    digits: int | None = None,
) -> Stat:
    """One big number with its interval, or why there is none. ``digits`` of the interval, where not the usual ones."""
    between = wording.interval(estimate, is_share=is_share, digits=digits)
    return Stat(label, write(estimate), between or wording.reason(estimate))


def left_out(rows: Sequence[Figure], most: int) -> list[str]:
    more = len(rows) - most
    return [f"{wording.count(more)} more in the exported dataset."] if more > 0 else []
