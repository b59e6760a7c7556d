"""The rater list as it is asked for: filtered, sorted, and as rows of a table for spreadsheets."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from conversations.spreadsheets import as_text
from judgments.disclosure import Sight
from judgments.oversight.figures_in_words import RaterFigure, figures_in_words
from judgments.oversight.rater_table import RaterRow

FIGURES = {
    "gold": "Gold",
    "controls": "Controls",
    "peers": "Peers",
    "pace": "Seconds per unit",
    "straight": "Same label",
    "fast": "Speeding",
    "left": "Left side",
    "checks": "Checks failed",
}

type Key = float | str | None


@dataclass(frozen=True, slots=True)
class RaterLine:
    """A rater with their figures in words."""

    row: RaterRow
    figures: dict[str, RaterFigure]

    @property
    def cells(self) -> list[RaterFigure]:
        return [self.figures[key] for key in FIGURES]


_OWN_KEYS: dict[str, Callable[[RaterRow], Key]] = {
    "number": lambda row: row.enrolment.number,
    "entry": lambda row: row.entry.lower(),
    "state": lambda row: row.state_text,
    "done": lambda row: row.done,
    "surplus": lambda row: row.surplus,
    "set_aside": lambda row: row.set_aside,
    "flags": lambda row: len(row.flags),
}
SORTS = {*_OWN_KEYS, *FIGURES}


def lines_of(
    rows: Iterable[RaterRow], sight: Sight, *, state: str = "", flagged: bool = False, sort: str = ""
) -> list[RaterLine]:
    """By number where ``sort`` is none that there is. A minus sorts from the top; who has no figure comes last."""
    lines = [
        RaterLine(row, figures_in_words(row, sight))
        for row in rows
        if (not state or row.state == state) and (not flagged or row.flags)
    ]
    name = sort.removeprefix("-")
    if name not in SORTS:
        return lines
    known = [line for line in lines if _key(line, name) is not None]
    known.sort(key=lambda line: _key(line, name), reverse=sort.startswith("-"))  # type: ignore[arg-type, return-value]
    return known + [line for line in lines if _key(line, name) is None]


def _key(line: RaterLine, name: str) -> Key:
    own = _OWN_KEYS.get(name)
    return own(line.row) if own else line.figures[name].order


def table(lines: Iterable[RaterLine]) -> Iterator[list[str | int]]:
    """The header, and a row for each rater. No platform ids; text can't become a formula."""
    names = [part for key in FIGURES for part in (key, f"{key}_interval", f"{key}_of")]
    yield ["rater", "entry", "stages", "state", "done", "surplus", "set_aside", "excluded", *names, "flags"]
    for line in lines:
        row = line.row
        own: list[str | int] = [row.enrolment.number, as_text(row.entry), as_text(row.stages), row.state_text]
        counts = [row.done, row.surplus, row.set_aside, row.excluded]
        figures = [as_text(part) for cell in line.cells for part in (cell.text or cell.why, cell.interval, cell.count)]
        yield [*own, *counts, *figures, "; ".join(row.flags)]
