"""The answer first: does it help, how sure is that, what does it cost, and where does it break?"""

from typing import Any

from reports.report.charts.intervals import IntervalRow, Scale, intervals
from reports.report.presenting import wording
from reports.report.presenting.blocks import (
    Block,
    Cell,
    Drawn,
    Section,
    Stat,
    Stats,
    TableBlock,
    Text,
    number_cell,
    share_cell,
    stat,
)

SECONDS = 1000
EFFECT = (
    "Mean rating minus 3, in points of the 1-5 scale. Left of 0: generic is better. Right of 0: personalized is better."
)
EFFECT_NOTE = (
    "The verdict rests on the first line: how far the effect would move with other subjects. Its thick part is the 90 % "
    "interval, which has to lie inside the grey margin before a difference is called meaningless. The second line says "
    "how far the effect would move with other raters as well."
)
VALUES = {
    "extraction": "share of attributes accepted",
    "selection": "F1 of the systems' selection",
    "response": "share of comparisons rated better",
}


def verdict_section(figures: dict[str, Any]) -> Section:
    verdict = figures["verdict"]
    blocks: list[Block] = [Text([*verdict["evidence"], *_origins(figures)]), Stats(_stats(figures))]
    if verdict["effect"]["value"] is not None:
        blocks.append(
            Drawn(
                _effect_chart(verdict),
                EFFECT_NOTE,
            )
        )
    return Section("verdict", verdict["word"], verdict["sentence"], blocks)


def _origins(figures: dict[str, Any]) -> list[str]:
    """Where the conversations come from is part of every report (docs/protocol.md, Terms)."""
    found = origins(figures)
    return [f"Origin of the conversations: {' and '.join(found)}."] if found else []


def origins(figures: dict[str, Any]) -> list[str]:
    stages = [figures.get(f"stage_{number}") or {} for number in (1, 3)]
    return sorted({group["name"] for stage in stages for group in stage.get("by_origin", [])})


def _stats(figures: dict[str, Any]) -> list[Stat]:
    verdict = figures["verdict"]
    real = verdict["real_conversations"]
    return [
        stat("Effect, in points", verdict["effect"], wording.signed),
        stat("Harm: answers 1 or 2 of 5", verdict["harm"], wording.share, is_share=True),
        Stat("Bottleneck", figures["bottleneck"]["word"], ""),
        Stat("Real conversations", wording.count(real), "behind the judged units"),
        *_cost_stats(figures),
    ]


def _cost_stats(figures: dict[str, Any]) -> list[Stat]:
    """What personalizing added to one response. Of several systems the first is shown; the table has all."""
    costs = (figures.get("stage_3") or {}).get("cost") or []
    if not costs:
        return [Stat("Cost of personalizing", wording.NO_FIGURE, "No response has been compared.")]
    first, among = costs[0], "" if len(costs) == 1 else f", {costs[0]['system']}"
    return [
        stat(f"Extra seconds for a response{among}", _seconds(first["latency_ms"]["extra"]), wording.signed),
        stat(
            f"Extra tokens for a response{among}", first["tokens"]["extra"], lambda one: wording.signed(one, digits=0)
        ),
        stat(f"Extra money for a response{among}", first["money"]["extra"], lambda one: wording.signed(one, digits=4)),
    ]


def _seconds(estimate: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value / SECONDS if name in {"value", "low", "high"} and value is not None else value
        for name, value in estimate.items()
    }


def _effect_chart(verdict: dict[str, Any]) -> Any:
    margin, effect, two_way = verdict["margin"], verdict["effect"], verdict.get("effect_two_way")
    rows = [IntervalRow("Other subjects", effect, thick=verdict["effect_90"])]
    if two_way is not None and two_way["low"] is not None:
        rows.append(IntervalRow("Other raters too", two_way))
    return intervals(
        "effect",
        "Effect of personalizing",
        f"The effect is {wording.signed(effect)} points with a 95 % interval from {wording.interval(effect) or 'nowhere'}; "
        f"the margin reaches from {-margin:.2f} to {margin:.2f}.",
        rows,
        Scale(EFFECT, reference=0.0, band=(-margin, margin)),
    )


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
    return Section("bottleneck", "Where it breaks", found["sentence"], [*pooled, *blocks])
