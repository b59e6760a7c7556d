"""Stage 2 in pieces."""

from typing import Any

from reports.report.charts.intervals import MODELS, IntervalRow, Scale, intervals
from reports.report.charts.scatter import Point, precision_and_recall
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
    points_cell,
    share_cell,
    stat,
)
from reports.report.presenting.examples import example_blocks
from reports.report.presenting.extraction import HUMANS_SHOWN, IN_A_TABLE
from reports.report.presenting.quality import quality_blocks
from reports.report.presenting.sampling import by_chance, interval_notes
from reports.report.presenting.selecting import apart_table, f1_chart, measures_table

TITLE = "Stage 2: which attributes matter?"
MEASURES = (
    "Precision: of what is said yes to, how much the consensus says yes to. Recall: of what the consensus says yes to, how "
    "much is found. F1: the balance of both, 1 is best."
)
GROUPS = {
    "by_origin": "Origin",
    "by_topic": "Topic of the prompt",
    "by_type": "Attribute type",
    "by_batch": "Batch",
}


def relevance_section(stage: dict[str, Any] | None, missing: str) -> Section:
    if stage is None:
        return Section("stage-2", TITLE, missing=missing)
    consensus = stage["consensus"]
    lead = (
        f"{wording.many(consensus['units'], 'pair')} of an attribute and a prompt; the consensus says yes to "
        f"{wording.count(consensus['yes'])}."
    )
    if consensus["provisional"]:
        lead += f" {wording.count(consensus['provisional'])} have fewer raters than planned."
    return Section(
        "stage-2",
        TITLE,
        lead,
        [
            Stats(_stats(stage)),
            *_selections(stage),
            *_scatter(stage),
            *_rates(stage),
            *_group_tables(stage),
            *agreement_blocks(stage),
            *example_blocks(
                stage,
                2,
                agreed=("Yes from all", "Every human said that these attributes should change the response."),
                scale="0 no, 1 yes",
            ),
            *quality_blocks(stage),
        ],
    )


def _stats(stage: dict[str, Any]) -> list[Stat]:
    rates = stage["yes_rates"]
    return [
        stat("Humans say yes", rates["human"], wording.share, is_share=True),
        stat("LLMs say yes", rates["model"], wording.share, is_share=True),
        stat("What one human reaches (F1, 1 is best)", stage["human_ceiling"], wording.number),
    ]


def _selections(stage: dict[str, Any]) -> list[Block]:
    if not stage["selections"]:
        return []
    return [
        Heading("What the systems select"),
        TableBlock(
            f"Each system's own selection against the consensus. {MEASURES}",
            ["System", "Units", "Selected", "Precision", "Recall", "F1"],
            [
                [
                    Cell(row["system"]),
                    count_cell(row["units"]),
                    share_cell(row["selected"]),
                    share_cell(row["precision"]),
                    share_cell(row["recall"]),
                    number_cell(row["f1"]),
                ]
                for row in stage["selections"]
            ],
            interval_notes(
                *(row[key] for row in stage["selections"] for key in ("selected", "precision", "recall", "f1"))
            ),
        ),
        *apart_table(stage.get("selections_apart", []), "systems", "spoke about"),
    ]


def _scatter(stage: dict[str, Any]) -> list[Block]:
    raters = [_point(rater["name"], rater["kind"], rater) for rater in stage["raters"]]
    points = [*raters, *(_point(row["system"], "system", row) for row in stage["selections"])]
    if not any(point.precision is not None and point.recall is not None for point in points):
        return []
    chart = precision_and_recall(
        "precision-recall",
        "Precision and recall against the consensus",
        "How many of an attribute's yes are right (precision) and how many of the right ones are found (recall), "
        "for each rater and system. A human is compared with the other humans.",
        points,
    )
    return [Drawn(chart, "Lower right: finds nearly all, but says yes too often.")]


def _point(name: str, kind: str, row: dict[str, Any]) -> Point:
    return Point(name, kind, row["precision"]["value"], row["recall"]["value"], row["f1"]["value"])


def _rates(stage: dict[str, Any]) -> list[Block]:
    machines = [rater for rater in stage["raters"] if rater["kind"] != "human"]
    humans = [rater for rater in stage["raters"] if rater["kind"] == "human"]
    shown = [*machines, *humans[:HUMANS_SHOWN]]
    consensus = stage["consensus"]
    rows = [IntervalRow("Humans together", stage["yes_rates"]["human"])]
    rows += [IntervalRow(rater["name"], rater["yes_rate"], MODELS) for rater in machines]
    chart = intervals(
        "yes-rates",
        "How often raters say yes",
        "The share of units each rater says yes to; the line is the consensus.",
        rows,
        Scale(
            "Share of units answered yes; the line is the consensus",
            domain=(0.0, 1.0),
            reference=consensus["yes"] / consensus["units"] if consensus["units"] else None,
            is_share=True,
        ),
    )
    return [
        Heading("Who says yes, and who says it too often"),
        *([Drawn(chart)] if machines else []),
        TableBlock(
            "Each rater beside the consensus; a human beside the other humans.",
            ["Rater", "Kind", "Judgments", "Yes", "Over-selection"],
            [_rater(rater) for rater in shown],
            [
                "Over-selection: the share of units a rater says yes to, minus the share the consensus says yes to.",
                *left_out(humans, HUMANS_SHOWN),
                *interval_notes(*(rater[key] for rater in shown for key in ("yes_rate", "over_selection"))),
            ],
        ),
        *f1_chart("f1", _finders(machines, stage), stage["lines"], stage["human_ceiling"]),
        measures_table(
            "What each rater finds of what the consensus says yes to; a human against the other humans.",
            [*((line["name"], line) for line in stage["lines"]), *((rater["name"], rater) for rater in shown)],
            [MEASURES],
        ),
        *apart_table(stage["apart"]),
    ]


def _finders(machines: list[dict[str, Any]], stage: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        *((rater["name"], rater) for rater in machines),
        *((f"{row['system']}, its selection", row) for row in stage["selections"]),
    ]


def _group_tables(stage: dict[str, Any]) -> list[Block]:
    return [
        TableBlock(
            f"What matters, by {title.lower()}, with 95 % intervals.",
            [title, "Pairs", "Consensus says yes", "Minus all others", "Humans say yes", "LLMs say yes"],
            [
                [
                    Cell(group["name"]),
                    count_cell(group["units"]),
                    share_cell(group["consensus_yes"]),
                    points_cell(group["apart"]),
                    share_cell(group["yes_rates"]["human"]),
                    share_cell(group["yes_rates"]["model"]),
                ]
                for group in largest(stage[name], lambda group: int(group["units"]), IN_A_TABLE)
            ],
            [
                *left_out(stage[name], IN_A_TABLE),
                *by_chance(len(stage[name])),
                *interval_notes(*(group[key] for group in stage[name] for key in ("consensus_yes", "apart"))),
            ],
        )
        for name, title in GROUPS.items()
        if len(stage.get(name, [])) > 1
    ]


def _rater(rater: dict[str, Any]) -> list[Cell]:
    return [
        Cell(rater["name"]),
        Cell(rater["kind"]),
        count_cell(rater["judgments"]),
        share_cell(rater["yes_rate"]),
        points_cell(rater["over_selection"]),
    ]
