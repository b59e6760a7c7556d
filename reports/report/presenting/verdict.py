"""The answer first: does it help, how sure is that, and what stands beside it? Fit to be pasted into a launch review."""

from typing import Any

from django.utils.text import capfirst, get_text_list

from reports.report.charts.intervals import IntervalRow
from reports.report.presenting import wording
from reports.report.presenting.blocks import Block, Drawn, Section, Stat, Stats, Text, stat
from reports.report.presenting.bottleneck import LADDER
from reports.report.presenting.costing import cost_stats, cost_words
from reports.report.presenting.effects import EFFECT_NOTE, arm_blocks, contrast_titles, effect_chart, said_of
from reports.report.presenting.sensitivity import who_missed

OTHERS, THESE, ONLY_JUDGED = "Others like these", "These alone", "Others, judged comparisons only"


def verdict_section(figures: dict[str, Any]) -> Section:
    verdict = figures["verdict"]
    blocks = [*(arm_blocks(verdict) if verdict["arms"] else _one(verdict)), Stats(_rests(verdict))]
    blocks += [*who_missed(figures), Stats(_beside(figures)), Text([*_notes(verdict), *_origins(figures)])]
    return Section("verdict", _title(verdict), " ".join(_lead(figures)), blocks, about=capfirst(verdict["system"]))


def _title(verdict: dict[str, Any]) -> str:
    return " ".join(f"{arm['title']}." for arm in verdict["arms"]) or str(verdict["title"])


def _lead(figures: dict[str, Any]) -> list[str]:
    """Where it breaks, if that was measured; else what lies between the arms."""
    verdict, bottleneck = figures["verdict"], figures["bottleneck"]
    if _is_measured(figures):
        return [f"Where it breaks: {bottleneck['word']}.", bottleneck["sentence"]]
    return contrast_titles(verdict["contrasts"]) or [verdict["sentence"]]


def _is_measured(figures: dict[str, Any]) -> bool:
    """By a whole ladder. Of a part that is one arm there is none."""
    return bool(figures["bottleneck"].get("evidence") == LADDER)


def pasteable(figures: dict[str, Any]) -> str:
    """The verdict as a paragraph for each arm and contrast, without anything that needs the page."""
    verdict = figures["verdict"]
    paragraphs = [_paragraph(arm) for arm in verdict["arms"] or [verdict]]
    contrasts = [" ".join([f"{each['title']}.", *said_of(each)]) for each in verdict["contrasts"]]
    about = [f"{capfirst(verdict['system'])}."] if verdict["system"] else []
    measured = [" ".join(_lead(figures))] if _is_measured(figures) else []
    rests = ", ".join(f"{item.number} {item.label.lower()}" for item in _rests(verdict))
    said = " ".join([f"Behind it: {rests}.", *verdict["beside"]])
    return "\n\n".join([figures["study"]["title"], *about, *measured, *paragraphs, *contrasts, said])


def _paragraph(verdict: dict[str, Any]) -> str:
    said = [f"{capfirst(verdict['title'])}.", verdict["sentence"], *verdict["evidence"], *verdict["limits"]]
    if verdict["harm"] is not None and verdict["harm"]["value"] is not None:
        said.append(f"{wording.share(verdict['harm'])} of single answers preferred the generic response.")
    return " ".join([*said, *cost_words(verdict["cost"])])


def _one(verdict: dict[str, Any]) -> list[Block]:
    said: list[Block] = [Text(each) for each in ([" ".join(verdict["evidence"])], verdict["limits"]) if each]
    return said if verdict["effect"]["value"] is None else [*said, Drawn(_effect_chart(verdict), EFFECT_NOTE)]


def _effect_chart(verdict: dict[str, Any]) -> Any:
    effect, these, judged = verdict["effect"], verdict["effect_these"], verdict["judged"]
    rows = [IntervalRow(OTHERS, effect, thick=verdict["effect_90"])] if effect["low"] is not None else []
    if judged is not None and judged["effect"]["low"] is not None:
        rows.append(IntervalRow(ONLY_JUDGED, judged["effect"], thick=judged["effect_90"]))
    rows += [IntervalRow(THESE, these, thick=verdict["effect_these_90"])] if these["value"] is not None else []
    return effect_chart(
        f"The effect is {wording.signed(effect)} points; 95 % interval {wording.interval(effect) or 'unknown'} with others like "
        f"these, {wording.interval(these) or 'unknown'} with these raters and prompts.",
        rows or [IntervalRow("Seen", effect)],
        verdict["margin"],
    )


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
    breaks = [] if _is_measured(figures) else [Stat("Where it breaks", figures["bottleneck"]["word"])]
    if verdict["arms"]:
        return [*breaks, alpha]
    harm = stat("Harm: answers that preferred generic", verdict["harm"], wording.share, is_share=True)
    silent = [stat("Silent: cases left as they were", verdict["share_silent"], wording.share, is_share=True)]
    return [harm, *(silent if verdict["silent"] else []), *cost_stats(verdict["cost"]), *breaks, alpha]


def _notes(verdict: dict[str, Any]) -> list[str]:
    never_pooled = [verdict["sentence"]] if verdict["arms"] else []
    return [*never_pooled, *verdict["beside"], *filter(None, [verdict["alpha_sentence"]])]


def _origins(figures: dict[str, Any]) -> list[str]:
    """Where the conversations come from is part of every report (docs/protocol.md, Terms)."""
    found = origins(figures)
    return [f"Origin of the conversations: {get_text_list(found, 'and')}."] if found else []


def origins(figures: dict[str, Any]) -> list[str]:
    stages = [figures.get(f"stage_{number}") or {} for number in (1, 3)]
    return sorted({group["name"] for stage in stages for group in stage.get("by_origin", [])})
