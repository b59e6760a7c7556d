"""Stage 3 in pieces."""

from typing import Any

from reports.report.charts.intervals import IntervalRow, Scale, intervals
from reports.report.charts.stacked import stacked
from reports.report.presenting import wording
from reports.report.presenting.agreeing import agreement_blocks
from reports.report.presenting.blocks import (
    Block,
    Cell,
    Drawn,
    Heading,
    Section,
    Stat,
    Stats,
    TableBlock,
    count_cell,
    largest,
    left_out,
    number_cell,
    share_cell,
    signed_cell,
    stat,
)
from reports.report.presenting.examples import example_blocks
from reports.report.presenting.quality import quality_blocks
from reports.report.presenting.sampling import by_chance, interval_notes, notes_below

TITLE = "Stage 3: is the personalized response better?"
GROUPS = {
    "by_system": "System",
    "by_origin": "Origin",
    "by_topic": "Topic of the prompt",
    "by_attribute_type": "Attribute type",
    "by_batch": "Batch",
}
WORDS = {
    1: "1 generic much better",
    2: "2 generic better",
    3: "3 no difference",
    4: "4 personalized better",
    5: "5 personalized much better",
}
IN_A_CHART, IN_A_TABLE = 12, 40
SHARES = ("no_better", "win", "tie", "loss", "harm")
APART = "Mean, minus all others"
OUTCOMES = {"loss": "generic better", "tie": "no difference", "win": "personalized better"}
COSTS = {
    "latency_ms": ("Milliseconds", 0),
    "tokens": ("Tokens", 0),
    "money": ("Money", 4),
    "characters": ("Characters", 0),
}


def response_section(stage: dict[str, Any] | None, missing: str, pooled: str) -> Section:
    if stage is None:
        return Section("stage-3", TITLE, missing=missing)
    overall, attribute = stage["overall"], stage["attribute"]
    lead = (
        f"{wording.many(overall['units'], 'comparison')} and {wording.many(attribute['units'], 'attribute unit')} with human "
        "labels. 1 means that the generic response is much better, 3 no difference, 5 that the personalized one is."
    )
    return Section(
        "stage-3",
        TITLE,
        " ".join(filter(None, [lead, pooled])),
        [
            Stats(_stats(overall)),
            *notes_below(*(overall[key] for key in ("mean", *SHARES))),
            Drawn(_distribution_chart(overall, attribute)),
            Drawn(_outcome_chart(stage)),
            *_mean_chart(stage),
            *_group_tables(stage),
            *_costs(stage),
            *agreement_blocks(stage),
            *_fairness(stage),
            *example_blocks(
                stage,
                3,
                agreed=("Personalized preferred by all", "Every human preferred the personalized response here."),
                scale="1 generic much better, 3 no difference, 5 personalized much better",
            ),
            *quality_blocks(stage),
        ],
    )


def _stats(overall: dict[str, Any]) -> list[Stat]:
    return [
        stat("Mean rating", overall["mean"], wording.number),
        stat("No better: rated 3 or less", overall["no_better"], wording.share, is_share=True),
        stat("Better", overall["win"], wording.share, is_share=True),
        stat("Harm: answers 1 or 2", overall["harm"], wording.share, is_share=True),
    ]


def _distribution_chart(overall: dict[str, Any], attribute: dict[str, Any]) -> Any:
    bars = {
        name: {WORDS[each["label"]]: each["share"]["value"] for each in found["distribution"]}
        for name, found in (("Whole response", overall), ("Single attributes", attribute))
        if found["judgments"]
    }
    return stacked(
        "labels",
        "How often each label was given",
        "The shares of the five labels among single human judgments, for the whole response and for single attributes.",
        bars,
    )


def _outcome_chart(stage: dict[str, Any]) -> Any:
    bars = {"All comparisons": stage["overall"], "Single attributes": stage["attribute"]}
    bars |= {_label("by_system", group): group["outcome"] for group in largest(stage["by_system"], _units, IN_A_CHART)}
    return stacked(
        "outcomes",
        "Win, tie, loss",
        "The share of comparisons whose mean rating is below, at and above no difference.",
        {
            name: {word: outcome[key]["value"] for key, word in OUTCOMES.items()}
            for name, outcome in bars.items()
            if outcome["units"]
        },
    )


def _mean_chart(stage: dict[str, Any]) -> list[Block]:
    rows = [
        IntervalRow(_label(name, group), group["outcome"]["mean"])
        for name in GROUPS
        for group in largest(stage.get(name, []), _units, IN_A_CHART)
        if group["outcome"]["mean"]["value"] is not None and (name == "by_system" or len(stage[name]) > 1)
    ]
    if not rows:
        return []
    chart = intervals(
        "means",
        "Mean rating by group",
        "The mean rating with its 95 % interval, by system, origin, topic, attribute type and batch; the line is no difference.",
        rows,
        Scale("Mean rating, 1 to 5; the line is no difference", reference=3.0),
    )
    return [Drawn(chart)]


def _label(name: str, group: dict[str, Any]) -> str:
    """There is little room beside a chart: of an arm only what tells it from the others of its system."""
    if group.get("system", group["name"]) != group["name"]:
        return f"{group['short']}, {group['system']}"
    return f"{name.removeprefix('by_').replace('attribute_type', 'type')}: {group['name']}"


def _group_tables(stage: dict[str, Any]) -> list[Block]:
    systems = stage["by_system"]
    everything = [{"name": "all", "outcome": stage["overall"]}] if len(systems) != 1 else []
    blocks: list[Block] = [_group_table(_heading(systems), [*everything, *systems])]
    blocks += [
        _group_table(title, stage[name])
        for name, title in GROUPS.items()
        if name != "by_system" and len(stage.get(name, [])) > 1
    ]
    return blocks


def _heading(systems: list[dict[str, Any]]) -> str:
    """Where a system has several arms its rows are arms."""
    return "Arm" if any(each.get("system", each["name"]) != each["name"] for each in systems) else "System"


def _group_table(title: str, groups: list[dict[str, Any]]) -> TableBlock:
    """Arms have no column for how far they lie from all others, and one for the cases that nobody is asked about."""
    are_apart = all("apart" in group for group in groups)
    are_silent = any(group.get("silent") for group in groups)
    shown = largest(groups, _units, IN_A_TABLE)
    return TableBlock(
        f"Outcomes by {title.lower()}, with 95 % intervals.",
        [
            title,
            "Units",
            *(["Silent"] if are_silent else []),
            "Mean",
            *([APART] if are_apart else []),
            "No better",
            "Win",
            "Tie",
            "Loss",
            "Harm",
        ],
        [
            [
                Cell(group["name"]),
                count_cell(group["outcome"]["units"]),
                *([count_cell(group.get("silent"))] if are_silent else []),
                number_cell(group["outcome"]["mean"]),
                *([signed_cell(group["apart"])] if are_apart else []),
                *(share_cell(group["outcome"][key]) for key in SHARES),
            ]
            for group in shown
        ],
        [
            *left_out(groups, IN_A_TABLE),
            *by_chance(len(groups)),
            *interval_notes(*(each for group in shown for each in _estimates(group))),
        ],
    )


def _estimates(group: dict[str, Any]) -> list[dict[str, Any] | None]:
    return [group.get("apart"), *(group["outcome"][key] for key in ("mean", *SHARES))]


def _units(group: dict[str, Any]) -> int:
    return int(group["outcome"]["units"])


def _costs(stage: dict[str, Any]) -> list[Block]:
    rows = [
        [
            Cell(cost["system"]),
            Cell(title),
            *(number_cell(cost[key][kind], digits=digits) for kind in ("generic", "personalized", "extra")),
        ]
        for cost in stage["cost"]
        for key, (title, digits) in COSTS.items()
        if key in cost
    ]
    shown = [each for cost in stage["cost"] for key in COSTS if key in cost for each in cost[key].values()]
    if not rows:
        return []
    return [
        Heading("What personalizing costs"),
        TableBlock(
            "Means for one response, with 95 % intervals.",
            [_heading(stage["by_system"]), "What", "Generic", "Personalized", "Extra"],
            rows,
            interval_notes(*shown),
        ),
    ]


def _fairness(stage: dict[str, Any]) -> list[Block]:
    blinding, humans = stage["blinding"], stage["humans"]
    index = blinding["index"]
    told = f"{blinding['right']} right, {blinding['wrong']} wrong, {blinding['cannot_tell']} could not tell"
    told = "; ".join(filter(None, [wording.interval(index), told]))
    return [
        Heading("Could raters tell, and what moves them?"),
        Stats(
            [
                Stat(
                    "Could tell which was personalized (0 guessing, 1 all)",
                    wording.number(index),
                    told if blinding["asked"] else wording.reason(index),
                ),
                stat("Preferred the left side (50 % is fair)", humans["position_bias"], wording.share, is_share=True),
                stat("Prefer the longer response (0 no, 1 always)", humans["length_bias"], wording.number),
                stat(
                    "Points more where the response names the attribute", humans["mention_sensitivity"], wording.signed
                ),
            ]
        ),
        *notes_below(index, *(humans[key] for key in ("position_bias", "length_bias", "mention_sensitivity"))),
    ]
