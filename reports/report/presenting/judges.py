"""Humans and LLMs side by side: agreement, inflation, and who rewards name-dropping."""

from typing import Any

from judgments.stages import BEHAVIOURS
from reports.report.charts.heat import heat_map
from reports.report.charts.intervals import MODELS, IntervalRow, Scale, intervals
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
    number_cell,
    share_cell,
    signed_cell,
    stat,
)
from reports.report.presenting.sampling import interval_notes

TITLE = "Humans and LLMs"
SAME_ORDER = "Same order: rank correlation with the humans' means. 1: what people rate higher the judge rates higher; 0: no connection."
WEIGHTED = "Weighted: labels that lie close on the scale count as near agreement."
NOISE = (
    "The mean of few humans is itself uncertain, which keeps any rank correlation low. Without noise: what it would be with the "
    "mean of very many humans. A judge as good as one human reaches the same figure as one human; above 1 is chance."
)
LEANINGS = ("position_bias", "order_consistency", "length_bias", "mention_sensitivity")
PAIRS = {
    "human_human": "two humans",
    "model_model": "two LLMs",
    "model_human": "an LLM and a human",
    "model_panel": "an LLM and a panel",
}


def judges_section(figures: dict[str, Any]) -> Section:
    blocks: list[Block] = []
    for number, way in BEHAVIOURS.items():
        stage = figures.get(f"stage_{number}")
        if stage is not None:
            blocks += [Heading(way.title), *_agreement(stage, number)]
    third = figures.get("stage_3")
    if third is not None:
        blocks += [*_pooled(figures), *_judges(third)]
    if not blocks:
        return Section("judges", TITLE, missing="Nothing has been judged yet.")
    return Section(
        "judges",
        TITLE,
        "The same units, judged by people and by LLMs. Agreement is Cohen's kappa: 1 means always the same label, 0 no more often than "
        "by chance.",
        blocks,
    )


def _pooled(figures: dict[str, Any]) -> list[Block]:
    """Judges are compared on all comparisons together."""
    return [Text([figures["pooled"]])] if figures.get("pooled") else []


def _agreement(stage: dict[str, Any], number: int) -> list[Block]:
    pairwise = stage["pairwise"]
    known = {key: title for key, title in PAIRS.items() if pairwise[key]["value"] is not None}
    blocks: list[Block] = [
        Stats([stat(f"Agreement of {title} (kappa)", pairwise[key], wording.number) for key, title in known.items()])
    ]
    matrix = pairwise["matrix"]
    cells = [cell for row in matrix["cells"] for cell in row if cell is not None and cell["value"] is not None]
    if not cells:
        return [Stats([Stat("Agreement (kappa)", wording.NO_FIGURE, "No two raters share enough units.")])]
    chart = heat_map(
        f"kappa-{number}",
        f"Agreement of every two raters, stage {number}",
        "Cohen's kappa of each pair of raters; models first, then the humans with the most judgments.",
        matrix,
    )
    left = [f"{wording.many(matrix['left_out'], 'more rater')} left out."] if matrix["left_out"] else []
    weighted = [WEIGHTED] if pairwise.get("is_weighted") else []
    notes = interval_notes(*(pairwise[key] for key in known))
    return [*blocks, *([Text(notes)] if notes else []), Drawn(chart, " ".join([*weighted, *left]))]


def _judges(stage: dict[str, Any]) -> list[Block]:
    judges = stage["judges"]
    if not judges:
        return []
    rows = [IntervalRow("humans", stage["overall"]["mean"])]
    rows += [IntervalRow(judge["name"], judge["overall"]["mean"], MODELS) for judge in judges]
    means = intervals(
        "judge-means",
        "How high each judge rates the personalized response",
        "The mean rating of humans and of each LLM judge; the line is no difference.",
        rows,
        Scale("Mean rating of whole responses, 1 to 5; the line is no difference", reference=3.0),
    )
    return [
        Heading("LLM judges of responses"),
        Drawn(means),
        *(
            table(judges, kind, title)
            for kind, title in (("overall", "whole responses"), ("attribute", "single attributes"))
            for table in (_judge_table, _beside_one_human)
        ),
        *_leanings(stage),
        *_name_dropping(stage),
    ]


def _judge_table(judges: list[dict[str, Any]], kind: str, title: str) -> TableBlock:
    return TableBlock(
        f"Judges of {title}, on the units that humans judged too.",
        ["Judge", "Units", "Mean", "Humans' mean", "Rates higher by", "Agreement (kappa)", "Same order as humans"],
        [
            [
                Cell(judge["name"]),
                Cell(wording.count(judge[kind]["units"]), is_number=True),
                number_cell(judge[kind]["mean"]),
                number_cell(judge[kind]["human_mean"]),
                signed_cell(judge[kind]["inflation"]),
                number_cell(judge[kind]["kappa"]),
                number_cell(judge[kind]["rho"]),
            ]
            for judge in judges
        ],
        [
            SAME_ORDER,
            WEIGHTED,
            *interval_notes(*(judge[kind][key] for judge in judges for key in ("mean", "inflation", "kappa", "rho"))),
        ],
    )


def _beside_one_human(judges: list[dict[str, Any]], kind: str, title: str) -> TableBlock:
    keys = ("rho_judge", "rho_human", "rho_judge_corrected", "rho_human_corrected")
    return TableBlock(
        f"How well a judge orders {title}, beside one human; on the units of two humans or more.",
        ["Judge", "Judge with humans", "One human with the others", "Judge, without noise", "One human, without noise"],
        [[Cell(judge["name"]), *(number_cell(judge[kind][key]) for key in keys)] for judge in judges],
        [NOISE, *interval_notes(*(judge[kind][key] for judge in judges for key in keys))],
    )


def _leanings(stage: dict[str, Any]) -> list[Block]:
    humans = {"name": "humans", **stage["humans"]}
    judges = [humans, *stage["judges"]]
    return [
        TableBlock(
            "What moves a judge besides quality.",
            [
                "Judge",
                "Prefers the left side",
                "Same verdict in both orders",
                "Prefers the longer",
                "Points more where named",
            ],
            [
                [
                    Cell(judge["name"]),
                    share_cell(judge["position_bias"]),
                    share_cell(judge["order_consistency"])
                    if "order_consistency" in judge
                    else Cell(wording.NO_FIGURE, is_number=True),
                    number_cell(judge["length_bias"]),
                    signed_cell(judge["mention_sensitivity"]),
                ]
                for judge in judges
            ],
            [
                "Left side: 50 % is fair. The longer: 0 is fair, 1 always the longer response.",
                "Where named: how much higher an attribute is rated when the response names it openly.",
                *interval_notes(*(judge[key] for judge in judges for key in LEANINGS if key in judge)),
            ],
        )
    ]


def _name_dropping(stage: dict[str, Any]) -> list[Block]:
    rows = [IntervalRow("humans", stage["humans"]["mention_sensitivity"])]
    rows += [IntervalRow(judge["name"], judge["mention_sensitivity"], MODELS) for judge in stage["judges"]]
    if all(row.estimate["value"] is None for row in rows):
        return []
    chart = intervals(
        "name-dropping",
        "Who rewards name-dropping",
        "How much higher an attribute is rated when the response names it openly, for humans and each judge.",
        rows,
        Scale("Mean rating of attributes that are named, minus that of those that are not", reference=0.0),
    )
    systems = stage["mentions"]["systems"]
    table = TableBlock(
        "How often each system names the attributes it was given, and what it makes of that as a judge.",
        ["System", "Names them", "Rewards it as a judge"],
        [
            [
                Cell(row["system"]),
                share_cell(row["mention_rate"]),
                signed_cell(row["reward_as_judge"]),
            ]
            for row in systems
        ],
        [
            _rho(stage["mentions"]["rho"]),
            *interval_notes(*(row[key] for row in systems for key in ("mention_rate", "reward_as_judge"))),
        ],
    )
    return [Drawn(chart), table]


def _rho(rho: dict[str, Any]) -> str:
    if rho["value"] is None:
        return f"Whether systems that name more also reward it more as judges: {rho['reason']}"
    return f"The more it names, the more it rewards that? 1 is always, 0 no connection: {wording.number(rho)}, over {wording.many(rho['n'], 'system')}. {rho['no_interval']}"
