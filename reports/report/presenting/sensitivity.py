"""Could raters see a difference? What they made of planted pairs with a known answer, in words."""

from typing import Any

from reports.report.charts.intervals import IntervalRow, Scale, intervals
from reports.report.presenting import wording
from reports.report.presenting.blocks import (
    Block,
    Cell,
    Drawn,
    RatersLink,
    Section,
    TableBlock,
    Text,
    count_cell,
    share_cell,
    signed_cell,
    why_missing,
)

KEY, TITLE = "controls", "Could raters see a difference?"
NOT_KNOWN = "These figures were computed before there were controls."
NONE = "No planted pairs with a known answer (controls) were judged. So it is not proven that raters would have noticed a difference."
FEW = "Too few planted pairs with a known answer (controls) were judged to say whether raters notice a difference. {}"
MEASURED = "On planted pairs with a known answer (controls) raters lay on average {} points towards the right answer (95 % interval {})."
MISSED = "They missed differences that are there: whatever the effect, there is no result."
SHOWN = "They noticed: the interval lies above the margin of {:.2f}."
NOT_SHOWN = "The interval does not lie above the margin of {:.2f}, so it is not shown that they notice a difference larger than that."
LARGE = (
    "Controls plant large differences. Seeing those proves that raters read both responses; it does not prove that they would see a difference as "
    "small as the margin of {:.2f}."
)
WHO = "Who missed them stands in the table of raters, column Controls."
KINDS = {
    "obvious": "Obvious: one response answers another prompt",
    "damaged": "Damaged: one response is the other, damaged",
    "personal": "Personal: one response was written for another subject",
}
TOGETHER = "Together: obvious and damaged"
ASIDE = "Personal pairs are a matter of taste: they gate no verdict and flag no rater."
SCALE = "Points towards the right answer. 2: much better every time. 0: no difference, or as often wrong as right."


def sensitivity_section(figures: dict[str, Any]) -> Section:
    found = figures.get(KEY)
    if found is None:
        return Section(KEY, TITLE, missing=NOT_KNOWN)
    if not found["kinds"]:
        return Section(KEY, TITLE, missing=NONE)
    return Section(KEY, TITLE, _lead(found), _blocks(found))


def who_missed(figures: dict[str, Any]) -> list[Block]:
    """For the head of the report, where raters could not tell."""
    found = figures.get(KEY)
    return [RatersLink(WHO)] if found is not None and found["state"] == "missed" else []


def _lead(found: dict[str, Any]) -> str:
    if found["state"] == "none":
        return NONE
    if found["state"] == "few":
        return FEW.format(wording.reason(found["sensitivity"]))
    says = {"missed": MISSED, "shown": SHOWN, "not shown": NOT_SHOWN}[found["state"]].format(found["margin"])
    estimate = found["sensitivity"]
    return f"{MEASURED.format(wording.signed(estimate), wording.interval(estimate) or 'unknown')} {says}"


def _blocks(found: dict[str, Any]) -> list[Block]:
    rows = [(KINDS[kind["kind"]], kind) for kind in found["kinds"]]
    if sum(kind["gates"] for kind in found["kinds"]) > 1:
        rows.insert(0, (TOGETHER, found))
    drawn = [(name, row) for name, row in rows if row["sensitivity"]["value"] is not None]
    chart: list[Block] = [Drawn(_chart(found, drawn))] if drawn else []
    return [*chart, _table(found, rows), Text([LARGE.format(found["margin"])]), RatersLink(WHO)]


def _chart(found: dict[str, Any], rows: list[tuple[str, dict[str, Any]]]) -> Any:
    margin = found["margin"]
    return intervals(
        KEY,
        "What raters notice",
        "Points towards the right answer of planted pairs, by kind, with 95 % intervals: "
        f"{'; '.join(f'{name.partition(":")[0]} {wording.signed(row["sensitivity"])}' for name, row in rows)}.",
        [IntervalRow(name.partition(":")[0], row["sensitivity"]) for name, row in rows],
        Scale(f"{SCALE} Grey: up to the margin of {margin:.2f}.", reference=0.0, band=(0.0, margin)),
    )


def _table(found: dict[str, Any], rows: list[tuple[str, dict[str, Any]]]) -> TableBlock:
    return TableBlock(
        "What raters made of planted pairs with a known answer: points towards the right answer, with 95 % intervals.",
        ["Kind", "Points", "Told right", "Judgments", "Raters", "Pairs"],
        [
            [
                Cell(name),
                signed_cell(row["sensitivity"]),
                share_cell(row["right"]),
                *(count_cell(row[counted]) for counted in ("judgments", "raters", "pairs")),
            ]
            for name, row in rows
        ],
        [
            *why_missing(*(row["sensitivity"] for _name, row in rows)),
            *([ASIDE] if any(not kind["gates"] for kind in found["kinds"]) else []),
        ],
    )
