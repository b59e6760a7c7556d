"""The answer first: does it help, how sure is that, and what stands beside it? Fit to be pasted into a launch review."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.utils.text import get_text_list

from reports.report.charts.intervals import IntervalRow, Scale, intervals
from reports.report.presenting import wording
from reports.report.presenting.blocks import (
    Block,
    Cell,
    Drawn,
    Heading,
    Section,
    Stat,
    Stats,
    TableBlock,
    Text,
    count_cell,
    share_cell,
    signed_cell,
    stat,
)
from reports.report.presenting.sensitivity import who_missed

SECONDS = 1000
EFFECT = "Points on the scale of five. Left of 0: generic is better. Right of 0: personalized is better."
EFFECT_NOTE = (
    "Thin line: 95 % interval. Thick: 90 %, wider with few raters, which has to lie inside the grey margin for a difference to be too small "
    "to matter. "
    "The verdict rests on other subjects, raters and prompts like these; what holds for these raters and prompts alone says less."
)
OTHERS, THESE = "Others like these", "These alone"
IN_FULL = 6  # arms; the table has all


def verdict_section(figures: dict[str, Any]) -> Section:
    verdict = figures["verdict"]
    blocks = [*(_arms(verdict["arms"]) if verdict["arms"] else _one(verdict)), Stats(_rests(verdict))]
    blocks += [*who_missed(figures), Stats(_beside(figures)), Text([*_notes(verdict), *_origins(figures)])]
    return Section("verdict", verdict["title"], verdict["sentence"], blocks)


def pasteable(figures: dict[str, Any]) -> str:
    """The verdict as a paragraph for each arm, without anything that needs the page."""
    verdict = figures["verdict"]
    paragraphs = [_paragraph(arm) for arm in verdict["arms"] or [verdict]]
    rests = ", ".join(f"{item.number} {item.label.lower()}" for item in _rests(verdict))
    said = " ".join([f"Behind it: {rests}.", *verdict["beside"]])
    return "\n\n".join([figures["study"]["title"], *paragraphs, said])


def _paragraph(verdict: dict[str, Any]) -> str:
    said = [f"{_capital(verdict['title'])}.", verdict["sentence"], *verdict["evidence"], *verdict["limits"]]
    if verdict["harm"] is not None and verdict["harm"]["value"] is not None:
        said.append(f"{wording.share(verdict['harm'])} of single answers preferred the generic response.")
    costs = [f"{item.number} {unit}" for unit, item in _costs(verdict["cost"]) if item.number != wording.NO_FIGURE]
    return " ".join([*said, *([f"Personalizing adds to a response: {', '.join(costs)}."] if costs else [])])


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _one(verdict: dict[str, Any]) -> list[Block]:
    said: list[Block] = [Text(each) for each in ([" ".join(verdict["evidence"])], verdict["limits"]) if each]
    return said if verdict["effect"]["value"] is None else [*said, Drawn(_effect_chart(verdict), EFFECT_NOTE)]


def _effect_chart(verdict: dict[str, Any]) -> Any:
    effect, these = verdict["effect"], verdict["effect_these"]
    rows = [IntervalRow(OTHERS, effect, thick=verdict["effect_90"])] if effect["low"] is not None else []
    rows += [IntervalRow(THESE, these, thick=verdict["effect_these_90"])] if these["value"] is not None else []
    return _chart(
        f"The effect is {wording.signed(effect)} points; 95 % interval {wording.interval(effect) or 'unknown'} with others like "
        f"these, {wording.interval(these) or 'unknown'} with these raters and prompts.",
        rows or [IntervalRow("Seen", effect)],
        verdict["margin"],
    )


def _chart(description: str, rows: Sequence[IntervalRow], margin: float) -> Any:
    return intervals(
        "effect",
        "The effect of personalizing",
        f"{description} The margin reaches from {-margin:.2f} to {margin:.2f}.",
        rows,
        Scale(f"{EFFECT} Grey: less than the margin of {margin:.2f}.", reference=0.0, band=(-margin, margin)),
    )


def _arms(arms: Sequence[dict[str, Any]]) -> list[Block]:
    """A row for each, and the words of as many as can be read."""
    rows = [IntervalRow(arm["name"], arm["effect"], thick=arm["effect_90"]) for arm in arms]
    table = TableBlock(
        "Each arm against the generic responses, in points of the scale of five, with 95 % intervals.",
        ["Arm", "Verdict", "Others like these", "These raters and prompts", "Harm", "Raters", "Ratings"],
        [
            [
                Cell(arm["name"]),
                Cell(_capital(arm["word"])),
                signed_cell(arm["effect"]),
                signed_cell(arm["effect_these"]),
                share_cell(arm["harm"]),
                count_cell(arm["raters"]),
                count_cell(arm["judgments"]),
            ]
            for arm in arms
        ],
        ["Harm: the share of single answers that preferred the generic response."],
    )
    words: list[Block] = []
    for arm in arms[:IN_FULL]:
        words += [Heading(_capital(arm["title"])), Text([arm["sentence"], " ".join(arm["evidence"]), *arm["limits"]])]
    return [table, Drawn(_chart("The effect of each arm.", rows, arms[0]["margin"]), EFFECT_NOTE), *words]


def _rests(verdict: dict[str, Any]) -> list[Stat]:
    """What stands behind the word."""
    names = {
        "real_conversations": "Real conversations",
        "subjects": "Subjects",
        "raters": "Raters",
        "prompts": "Prompts",
        "judgments": "Ratings",
    }
    return [Stat(label, wording.count(verdict[key])) for key, label in names.items()]


def _beside(figures: dict[str, Any]) -> list[Stat]:
    verdict = figures["verdict"]
    alpha = stat("Agreement of raters (alpha)", verdict["alpha"], wording.number)
    bottleneck = Stat("Where it breaks", figures["bottleneck"]["word"])
    if verdict["arms"]:
        return [bottleneck, alpha]
    harm = stat("Harm: answers that preferred generic", verdict["harm"], wording.share, is_share=True)
    return [harm, *_cost_stats(verdict["cost"]), bottleneck, alpha]


def _cost_stats(cost: dict[str, Any] | None) -> list[Stat]:
    """What personalizing added to one response."""
    if cost is None:
        return [Stat("Cost of personalizing", wording.NO_FIGURE, "No response has been compared.")]
    return [item for _unit, item in _costs(cost)]


def _costs(cost: dict[str, Any] | None) -> list[tuple[str, Stat]]:
    """With the unit."""
    if cost is None:
        return []
    extra = {
        "seconds": (_seconds(cost["latency_ms"]["extra"]), 2),
        "tokens": (cost["tokens"]["extra"], 0),
        "money": (cost["money"]["extra"], 4),
    }
    return [
        (unit, stat(f"Extra {unit} for a response", figure, partial(wording.signed, digits=digits), digits=digits))
        for unit, (figure, digits) in extra.items()
    ]


def _seconds(estimate: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value / SECONDS if name in {"value", "low", "high"} and value is not None else value
        for name, value in estimate.items()
    }


def _notes(verdict: dict[str, Any]) -> list[str]:
    return [*verdict["beside"], *filter(None, [verdict["alpha_sentence"]])]


def _origins(figures: dict[str, Any]) -> list[str]:
    """Where the conversations come from is part of every report (docs/protocol.md, Terms)."""
    found = origins(figures)
    return [f"Origin of the conversations: {get_text_list(found, 'and')}."] if found else []


def origins(figures: dict[str, Any]) -> list[str]:
    stages = [figures.get(f"stage_{number}") or {} for number in (1, 3)]
    return sorted({group["name"] for stage in stages for group in stage.get("by_origin", [])})
