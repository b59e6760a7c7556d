"""Where it breaks: what each stage reaches of the best possible."""

from typing import Any

from reports.report.charts.intervals import IntervalRow, Scale, intervals
from reports.report.presenting import wording
from reports.report.presenting.blocks import (
    Block,
    Cell,
    Drawn,
    Heading,
    LadderLink,
    Section,
    TableBlock,
    Text,
    number_cell,
    share_cell,
)
from reports.report.presenting.ladder import ladder_blocks

LADDER, GAPS = "ladder", "gaps"
# Which of the two kinds of evidence the word has.
KINDS = {
    LADDER: "This was measured: raters judged the same system under three policies, and each step is what fixing a stage is worth to readers.",
    GAPS: "This is read from how far each stage lies from its best; what fixing a stage is worth to readers was not measured.",
}
MEASURE = "The ladder measures it: the same system under the policies own, accepted and relevant."
NAMES_NONE = "These gaps do not say what fixing a stage is worth, so they name none beside the ladder."
BY_GAPS = "How far each stage lies from its best"
VALUES = {
    "extraction": "share of attributes accepted",
    "selection": "F1 of the systems' selection",
    "response": "share of comparisons rated better",
}


def bottleneck_section(figures: dict[str, Any]) -> Section:
    found = figures["bottleneck"]
    rows = [IntervalRow(f"{stage['stage']} {stage['name']}", stage["gap"]) for stage in found["stages"]]
    table = TableBlock(
        "What each stage reaches, what is the best possible, and how much of that is missing.",
        ["Stage", "Measured by", "Reached", "Best possible", "Missing"],
        [
            [
                Cell(f"{stage['stage']} {stage['name']}"),
                Cell(VALUES[stage["name"]]),
                number_cell(stage["value"]),
                number_cell(stage["ceiling"]),
                share_cell(stage["gap"]),
            ]
            for stage in found["stages"]
        ],
        [
            f"{stage['name'].capitalize()}: {wording.reason(stage['gap'])}"
            for stage in found["stages"]
            if stage["gap"]["value"] is None
        ],
    )
    chart = intervals(
        "bottleneck",
        "What is missing at each stage",
        "How far each stage falls short of the best possible, in parts of it, with its 95 % interval.",
        rows,
        Scale("Missing, as a share of the best possible", domain=(0.0, 1.0), is_share=True),
    )
    blocks: list[Block] = [Drawn(chart), table] if any(row.estimate["value"] is not None for row in rows) else [table]
    pooled: list[Block] = [Text(found["pooled"])] if found.get("pooled") else []
    ladders = found.get("ladders", [])
    kind = found.get("evidence", GAPS)
    measured: list[Block] = [
        Text([KINDS[kind]]),
        *([] if kind == LADDER else [LadderLink(MEASURE)]),
        *ladder_blocks(ladders),
    ]
    gaps: list[Block] = [Heading(BY_GAPS), Text([_said_by_gaps(found)])] if ladders else []
    return Section("bottleneck", "Where it breaks", found["sentence"], [*measured, *gaps, *pooled, *blocks])


def _said_by_gaps(found: dict[str, Any]) -> str:
    return NAMES_NONE if found.get("evidence") == LADDER else str(found["by_gaps"]["sentence"])
