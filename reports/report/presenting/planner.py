"""How much more would settle it, at which price, and whether the study may stop now."""

from collections.abc import Sequence
from typing import Any

from reports.report.charts.curve import chances
from reports.report.presenting import wording
from reports.report.presenting.blocks import Block, Cell, Drawn, Section, TableBlock, Text, count_cell

TITLE = "How much more would settle it?"
EIGHTY = "The dashed line is a chance of 80 %."


def planner_section(figures: dict[str, Any]) -> Section:
    plan = figures["plan"]
    stopping, raters = plan["stopping"], plan.get("raters")
    blocks: list[Block] = [Text([figures["pooled"]])] if figures.get("pooled") else []
    if raters is not None:
        blocks += [Text([raters["sentence"]]), _levers(plan), *_curves(plan)]
    blocks.append(Text([stopping["sentence"], stopping["method"]]))
    return Section("planner", TITLE, plan["sentence"], blocks)


def _levers(plan: dict[str, Any]) -> TableBlock:
    """What each of the two ways takes."""
    raters = plan["raters"]
    ways = [
        ("More subjects", plan["subjects_now"], plan["more_subjects"], plan),
        ("More raters for each comparison", raters["now"], raters["more_raters"], raters),
    ]
    return TableBlock(
        "Two ways to a chance of 80 %. The price is raters' time at the study's pay per hour, and nothing else.",
        ["Way", "Now", "More", "Comparisons", "Judgments", "Price"],
        [
            [
                Cell(way),
                count_cell(now),
                count_cell(more),
                count_cell(needs["more_comparisons"]),
                count_cell(needs["more_judgments"]),
                Cell(_price(needs, plan["currency"]), is_number=True),
            ]
            for way, now, more, needs in ways
        ],
        _why_not([needs for *_, needs in ways]),
    )


def _why_not(ways: Sequence[dict[str, Any]]) -> list[str]:
    """What a dash means."""
    notes = []
    if any(needs["more_judgments"] is None for needs in ways):
        notes.append(f"{wording.NO_FIGURE} This alone would probably not settle it, or can't be foretold.")
    if any(needs["more_judgments"] is not None and needs["price"] is None for needs in ways):
        notes.append(f"{wording.NO_FIGURE} No price: no page of this stage was timed.")
    return notes


def _price(needs: dict[str, Any], currency: str) -> str:
    return wording.NO_FIGURE if needs["price"] is None else f"{needs['price']:.2f} {currency}"


def _curves(plan: dict[str, Any]) -> list[Block]:
    subjects = chances(
        "plan",
        "Chance of a verdict by number of subjects",
        "How often a study of so many subjects like those so far would end with a verdict, by simulation.",
        plan["curve"],
        lever="subjects",
    )
    if not plan["raters"]["curve"]:
        return [Drawn(subjects, EIGHTY)]
    raters = chances(
        "plan-raters",
        "Chance of a verdict by raters for each comparison",
        "How often a study of as many subjects as now, judged by so many raters each, would end with a verdict.",
        plan["raters"]["curve"],
        lever="raters",
    )
    return [Drawn(subjects, EIGHTY), Drawn(raters)]
