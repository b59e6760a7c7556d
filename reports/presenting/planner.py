"""How much more would settle it, at which price, and whether the study may stop now."""

from typing import Any

from reports.charts.curve import chances
from reports.presenting import wording
from reports.presenting.blocks import Block, Drawn, Section, Stat, Stats, Text

TITLE = "How much more would settle it?"


def planner_section(figures: dict[str, Any]) -> Section:
    plan = figures["plan"]
    stopping = plan["stopping"]
    blocks: list[Block] = []
    if plan["more_judgments"] is not None:
        blocks.append(Stats(_stats(plan)))
    if plan["curve"]:
        chart = chances(
            "plan",
            "Chance of a verdict by number of subjects",
            "How often a study of so many subjects like those so far would end with a verdict, by simulation.",
            plan["curve"],
        )
        blocks.append(Drawn(chart, "The dashed line is a chance of 80 %."))
    blocks.append(Text([stopping["sentence"], stopping["method"]]))
    return Section("planner", TITLE, plan["sentence"], blocks)


def _stats(plan: dict[str, Any]) -> list[Stat]:
    price = wording.NO_FIGURE if plan["price"] is None else f"{plan['price']:.2f} {plan['currency']}"
    note = "No page of this stage was timed." if plan["price"] is None else "at the study's pay per hour"
    return [
        Stat("More subjects", wording.count(plan["more_subjects"])),
        Stat("More comparisons", wording.count(plan["more_comparisons"])),
        Stat("More judgments", wording.count(plan["more_judgments"])),
        Stat("Price", price, note),
    ]
