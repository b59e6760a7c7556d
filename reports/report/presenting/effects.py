"""Several arms, and what lies between each two of them: one picture, two tables, and the words of each."""

from collections.abc import Sequence
from typing import Any

from django.utils.text import capfirst

from reports.report.charts.intervals import ARMS, CONTRASTS, IntervalRow, Scale, intervals
from reports.report.presenting import wording
from reports.report.presenting.blocks import (
    Block,
    Cell,
    Drawn,
    Fold,
    Heading,
    TableBlock,
    Text,
    count_cell,
    share_cell,
    signed_cell,
)
from reports.report.presenting.costing import DIGITS, cost_cell, extras

type Figures = dict[str, Any]

EFFECT = "Points on the scale of five. Left of 0: generic is better. Right of 0: personalized is better."
EFFECT_NOTE = (
    "Thin line: 95 % interval. Thick: 90 %, wider with few raters, which has to lie inside the grey margin for a difference to be too small "
    "to matter. "
    "The verdict rests on other subjects, raters and prompts like these; what holds for these raters and prompts alone says less."
)
BETWEEN = "Of two arms: left of 0 the second is better, right of 0 the first."
HARM = "Harm: the share of single answers that preferred the generic response."
SILENT = (
    "Silent: the share of its cases that the arm left as they were; each counts as no difference, and nobody is asked."
)
WITHIN = "The first arm minus the second, within the cases that both have, in points, with 95 % intervals"
IN_THE_OPEN = 2  # arms and contrasts together
IN_FULL = 6  # arms, and contrasts; the tables have all


def arm_blocks(verdict: Figures) -> list[Block]:
    """The picture of all, a table of the arms and of the contrasts, and the words of as many as can be read."""
    arms, contrasts = verdict["arms"], verdict["contrasts"]
    return [
        Drawn(_chart_of_all(arms, contrasts), EFFECT_NOTE),
        _arm_table(arms),
        _beside_table(arms),
        *([_contrast_table(contrasts)] if contrasts else []),
        *_words([*arms[:IN_FULL], *contrasts[:IN_FULL]]),
    ]


def _words(each: Sequence[Figures]) -> list[Block]:
    """More than can be read at once are closed, but for what nobody may miss."""
    if len(each) > IN_THE_OPEN:
        shared = [sentence for sentence in each[0]["in_view"] if all(sentence in found["in_view"] for found in each)]
        return [*([Text(shared)] if shared else []), *(_fold(found, shared) for found in each)]
    return [block for found in each for block in (Heading(found["title"]), Text(said_of(found)))]


def _fold(found: Figures, shared: Sequence[str]) -> Fold:
    """``shared``: what is said of all, once."""
    seen = found["in_view"]
    rest = [sentence for sentence in (found["sentence"], *found["limits"]) if sentence not in seen]
    in_view = [sentence for sentence in seen if sentence not in shared]
    return Fold(found["title"], [" ".join(found["evidence"]), *rest], in_view)


def contrast_titles(contrasts: Sequence[Figures]) -> list[str]:
    """For the head: as many as can be read."""
    more = len(contrasts) - IN_FULL
    left = [f"{wording.many(more, 'more contrast')} in the table."] if more > 0 else []
    return [*(f"{contrast['title']}." for contrast in contrasts[:IN_FULL]), *left]


def said_of(found: Figures) -> list[str]:
    """Of an arm or a contrast."""
    return [found["sentence"], " ".join(found["evidence"]), *found["limits"]]


def effect_chart(description: str, rows: Sequence[IntervalRow], margin: float, *, between: str = "") -> Any:
    title = " ".join(filter(None, [EFFECT, between, f"Grey: less than the margin of {margin:.2f}."]))
    return intervals(
        "effect",
        "The effect of personalizing",
        f"{description} The margin reaches from {-margin:.2f} to {margin:.2f}.",
        rows,
        Scale(title, reference=0.0, band=(-margin, margin)),
    )


def _chart_of_all(arms: Sequence[Figures], contrasts: Sequence[Figures]) -> Any:
    rows = [IntervalRow(_labelled(arm["short"], arm), arm["effect"], ARMS, arm["effect_90"]) for arm in arms]
    rows += [
        IntervalRow(_labelled(each["short"], each), each["effect"], CONTRASTS, each["effect_90"]) for each in contrasts
    ]
    said = "The effect of each arm, and of each arm minus another." if contrasts else "The effect of each arm."
    return effect_chart(said, rows, arms[0]["margin"], between=BETWEEN if contrasts else "")


def _labelled(name: str, found: Figures) -> str:
    return f"{capfirst(name)}: {found['word']}"


def _arm_table(arms: Sequence[Figures]) -> TableBlock:
    are_silent = any(arm["silent"] for arm in arms)
    of_silent = ["Silent", "Judged comparisons only"] if are_silent else []
    return TableBlock(
        "Each arm against the generic responses, in points of the scale of five, with 95 % intervals.",
        ["Arm", "Verdict", "Others like these", *of_silent, "These raters and prompts"],
        [
            [
                Cell(capfirst(arm["short"])),
                Cell(capfirst(arm["words"])),
                signed_cell(arm["effect"]),
                *(_silent_cells(arm) if are_silent else []),
                signed_cell(arm["effect_these"]),
            ]
            for arm in arms
        ],
        [SILENT] if are_silent else [],
    )


def _silent_cells(arm: Figures) -> list[Cell]:
    if arm["judged"] is None:
        return [Cell(wording.share({"value": 0.0}), is_number=True), signed_cell(arm["effect"])]
    return [share_cell(arm["share_silent"]), signed_cell(arm["judged"]["effect"])]


def _beside_table(arms: Sequence[Figures]) -> TableBlock:
    """What an arm costs, and whom it harms."""
    known = [unit for unit in DIGITS if any(extras(arm["cost"]).get(unit, {}).get("value") is not None for arm in arms)]
    return TableBlock(
        "What each arm costs: harm, and what personalizing adds to one response, with 95 % intervals.",
        ["Arm", "Harm", *(f"Extra {unit}" for unit in known), "Raters", "Ratings"],
        [
            [
                Cell(capfirst(arm["short"])),
                share_cell(arm["harm"]),
                *(cost_cell(arm["cost"], unit) for unit in known),
                count_cell(arm["raters"]),
                count_cell(arm["judgments"]),
            ]
            for arm in arms
        ],
        [HARM],
    )


def _contrast_table(contrasts: Sequence[Figures]) -> TableBlock:
    at_once = contrasts[0]["at_once"]
    together = " that hold together" if at_once > 1 else ""
    return TableBlock(
        f"{WITHIN}{together}.",
        ["Contrast", "Verdict", "Others like these", "These raters and prompts", "Cases", "Raters", "Ratings"],
        [
            [
                Cell(capfirst(each["short"])),
                Cell(capfirst(each["word"])),
                signed_cell(each["effect"]),
                signed_cell(each["effect_these"]),
                count_cell(each["cases"]),
                count_cell(each["raters"]),
                count_cell(each["judgments"]),
            ]
            for each in contrasts
        ],
        ["Better: the first arm is. Cases: those that both arms have, judged or silent."],
    )
