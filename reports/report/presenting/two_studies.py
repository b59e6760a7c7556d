"""Two studies beside each other."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from reports.report.presenting import wording
from reports.report.presenting.blocks import Cell, TableBlock, number_cell, points_cell, share_cell, signed_cell
from reports.stats.estimate import Estimate
from reports.stats.independent import difference


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure with an interval, and how it is written."""

    figure: dict[str, Any] | None
    write: Callable[[dict[str, Any] | None], Cell]


type Shown = Cell | Measured

SHARED = "The difference takes the two studies for independent: of other people and other raters."


def two_studies(one: dict[str, Any], other: dict[str, Any]) -> TableBlock:
    """What can be compared; intervals that overlap do not prove that two studies agree."""
    columns = [_column(figures) for figures in (one, other)]
    rows = [
        [Cell(name), _cell(columns[0][name]), _cell(columns[1][name]), _difference(columns[0][name], columns[1][name])]
        for name in columns[0]
    ]
    return TableBlock(
        "Two studies of different people or prompts differ for many reasons; the intervals say only what chance can do.",
        ["Figure", one["study"]["title"], other["study"]["title"], "Difference"],
        rows,
        [SHARED],
    )


def _cell(shown: Shown) -> Cell:
    return shown if isinstance(shown, Cell) else shown.write(shown.figure)


def _difference(one: Shown, other: Shown) -> Cell:
    if isinstance(one, Cell) or isinstance(other, Cell):
        return Cell("", is_number=True)
    found = difference(_estimate(one.figure), _estimate(other.figure)).as_json()
    return points_cell(found) if one.write is share_cell else signed_cell(found)


def _estimate(figure: dict[str, Any] | None) -> Estimate:
    known = wording.NOTHING if figure is None else figure
    return Estimate(**{name: known[name] for name in ("value", "n", "low", "high", "level", "reason") if name in known})


def _effect(verdict: dict[str, Any]) -> Shown:
    """Of several arms each has its own."""
    if not verdict["arms"]:
        return Measured(verdict["effect"], signed_cell)
    each = [f"{arm['name']} {wording.signed(arm['effect'])}" for arm in verdict["arms"]]
    return Cell("; ".join(each), is_number=True)


def _column(figures: dict[str, Any]) -> dict[str, Shown]:
    verdict, counts = figures["verdict"], figures["counts"]
    first, second, third = (figures.get(f"stage_{number}") or {} for number in (1, 2, 3))
    overall = third.get("overall", {})
    return {
        "Verdict": Cell(": ".join(filter(None, [verdict["system"], verdict["title"]]))),
        "Bottleneck": Cell(figures["bottleneck"]["word"]),
        "Effect, in points": _effect(verdict),
        "Margin": Cell(f"{verdict['margin']:.2f}", is_number=True),
        "Harm: answers 1 or 2": Measured(overall.get("harm"), share_cell),
        "Rated better": Measured(overall.get("better"), share_cell),
        "Rated no better": Measured(overall.get("no_better"), share_cell),
        "Attributes accepted": Measured(first.get("shares", {}).get("accept"), share_cell),
        "Humans say yes": Measured(second.get("yes_rates", {}).get("human"), share_cell),
        "LLMs say yes": Measured(second.get("yes_rates", {}).get("model"), share_cell),
        "Agreement of two humans (kappa), stage 3": Measured(third.get("pairwise", {}).get("human_human"), number_cell),
        "Agreement of an LLM and a human (kappa), stage 3": Measured(
            third.get("pairwise", {}).get("model_human"), number_cell
        ),
        "Real conversations": Cell(wording.count(verdict["real_conversations"]), is_number=True),
        "Subjects": Cell(wording.count(counts["subjects"]), is_number=True),
        "Human judgments": Cell(wording.count(counts["human_judgments"]), is_number=True),
    }
