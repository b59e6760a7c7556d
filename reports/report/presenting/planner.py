"""How much more would settle it, at which price, and whether the study may stop now."""

from collections.abc import Sequence
from typing import Any

from reports.report.charts.curve import chances
from reports.report.presenting import wording
from reports.report.presenting.blocks import Block, Cell, Drawn, Heading, Section, TableBlock, Text, count_cell

TITLE = "How much more would settle it?"
EIGHTY = "The dashed line is a chance of 80 %."
EACH_ARM = "Each arm is a treatment of its own, and has a plan of its own; so has what lies between two of them."
WAYS = {
    "subjects": "More subjects alone",
    "raters": "More raters alone",
    "prompts": "More prompts alone",
}
HOW = "More raters share the ratings there are: each gives fewer. With more prompts each subject is asked more of them."
OTHERS = {
    "subjects": "raters and prompts as now",
    "raters": "subjects, prompts and ratings as now",
    "prompts": "subjects and raters as now",
}


def planner_section(figures: dict[str, Any]) -> Section:
    plan = figures["plan"]
    stopping = Text([plan["stopping"]["sentence"], plan["stopping"]["method"]])
    if not plan["arms"]:
        return Section("planner", TITLE, plan["sentence"], [*_sizes(plan), *_curves(plan), _raters(plan), stopping])
    each = [
        block
        for arm in [*plan["arms"], *plan["contrasts"]]
        for block in (Heading(arm["name"]), Text([arm["sentence"]]), *_sizes(arm), _raters(arm))
    ]
    between = [f"{one['name']}: {one['sentence']}" for one in plan["stopping"]["contrasts"]]
    return Section("planner", TITLE, EACH_ARM, [*each, stopping, *([Text(between)] if between else [])])


def _sizes(plan: dict[str, Any]) -> list[Block]:
    if not plan["levers"]:
        return []
    return [_ways(plan), *([_price(plan)] if _costs_something(plan) else [])]


def _raters(plan: dict[str, Any]) -> Text:
    return Text([plan["raters_needed"]["sentence"], plan["raters_needed"]["alone"]])


def _rows(plan: dict[str, Any]) -> list[tuple[str, bool, dict[str, Any]]]:
    """Name, whether it settles the question, and the size."""
    now = ("As large as now, done again", False, plan["chance"])
    together = [("The cheapest that settles it", True, plan["proposal"])] if plan["proposal"] else []
    return [now, *together, *((WAYS[each["lever"]], each["settles"], each) for each in plan["levers"])]


def _ways(plan: dict[str, Any]) -> TableBlock:
    return TableBlock(
        "How large a study has to be in all for a verdict with a chance of 80 %, and what is added to the present one.",
        ["Study", "Subjects", "Raters", "Prompts", "Chance of a verdict", "Ratings added", "Price of what is added"],
        [
            [
                Cell(name),
                count_cell(size["subjects"]),
                count_cell(size["raters"]),
                count_cell(size["prompts"]),
                Cell(_percent(size["chance_mean"]), _between(size), is_number=True),
                count_cell(size["more_ratings"]),
                Cell(_money(size["price"]["total"], plan), is_number=True),
            ]
            for name, _settles, size in _rows(plan)
        ],
        _notes(plan),
    )


def _notes(plan: dict[str, Any]) -> list[str]:
    best_and_worst = (
        "Below the chance: what it is in the worst and in the best tenth of what may be true of the effect and of how far "
        "people lie apart."
    )
    notes = [best_and_worst, HOW]
    fruitless = [WAYS[each["lever"]] for each in plan["levers"] if not each["settles"]]
    if fruitless:
        notes.append(f"Not enough, however many; the largest that was tried is shown: {'; '.join(fruitless)}.")
    return notes


def _costs_something(plan: dict[str, Any]) -> bool:
    return any(size["more_ratings"] or size["more_raters"] for _name, _settles, size in _rows(plan))


def _price(plan: dict[str, Any]) -> TableBlock:
    """The parts of each price."""
    sizes = [(name, size) for name, _settles, size in _rows(plan)[1:]]
    columns = {
        "time": "Raters' time",
        "first": "New raters read the guidelines",
        "fee": f"Platform fee ({plan['fee']:g} %)",
        "calls": "Calls of models",
    }
    return TableBlock(
        f"What the price is made of, in {plan['currency']}.",
        ["Study", *columns.values()],
        [[Cell(name), *(Cell(_part(size["price"][part]), is_number=True) for part in columns)] for name, size in sizes],
        _price_notes(plan, [size["price"] for _name, size in sizes]),
    )


def _price_notes(plan: dict[str, Any], prices: Sequence[dict[str, Any]]) -> list[str]:
    notes = [plan["pace"]]
    if any(price["calls"] is None for price in prices):
        notes.append(
            f"{wording.NO_FIGURE} No response came with what it cost, so calls of models are not in the price."
        )
    else:
        notes.append("Calls of models at what the responses so far have cost, taken to be in the study's currency.")
    if any(price["time"] is None for price in prices):
        notes.append(f"{wording.NO_FIGURE} Not known, and not in the price.")
    return notes


def _money(amount: float, plan: dict[str, Any]) -> str:
    return f"{_part(amount)} {plan['currency']}"


def _part(amount: float | None) -> str:
    return wording.NO_FIGURE if amount is None else f"{amount:,.2f}".replace(",", "\u202f")


def _percent(chance: float) -> str:
    return f"{round(100 * chance)} %"


def _between(size: dict[str, Any]) -> str:
    return f"{round(100 * size['chance_low'])} to {_percent(size['chance_high'])}"


def _curves(plan: dict[str, Any]) -> list[Block]:
    charts = [
        chances(
            "plan" if lever == "subjects" else f"plan-{lever}",
            f"Chance of a verdict by number of {lever}",
            f"How often a study of so many {lever} in all would end with a verdict; {OTHERS[lever]}.",
            curve,
            lever=lever,
        )
        for lever, curve in ((name, plan["curves"][name]) for name in WAYS if name in plan["curves"])
    ]
    return [Drawn(chart, EIGHTY if number == 0 else "") for number, chart in enumerate(charts)]
