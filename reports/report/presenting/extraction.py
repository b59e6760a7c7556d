"""Stage 1 in pieces."""

from typing import Any

from conversations.enums import StageNumber
from judgments.stages import behaviour
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
    Stats,
    TableBlock,
    count_cell,
    largest,
    left_out,
    points_cell,
    share_cell,
    stat,
)
from reports.report.presenting.examples import example_blocks
from reports.report.presenting.quality import quality_blocks
from reports.report.presenting.sampling import by_chance, interval_notes
from reports.report.presenting.selecting import apart_table, f1_chart, measures_table

TITLE = "Stage 1: are the attributes true?"
GROUPS = {"by_system": "System", "by_origin": "Origin", "by_type": "Attribute type", "by_batch": "Batch"}
LABELS = tuple(behaviour(StageNumber.EXTRACTION).words.values())
FLAGGED = "Flagged is unsure or reject; here a yes is a flag. A human is compared with the other humans."
HUMANS_SHOWN, IN_A_CHART, IN_A_TABLE = 12, 12, 40


def extraction_section(stage: dict[str, Any] | None, missing: str) -> Section:
    if stage is None:
        return Section("stage-1", TITLE, missing=missing)
    provisional = stage["provisional"]
    lead = f"{wording.many(stage['units'], 'attribute')} judged by consensus"
    lead += f", {wording.count(provisional)} of them with fewer raters than planned." if provisional else "."
    return Section(
        "stage-1",
        TITLE,
        lead,
        [
            Stats([stat(label.capitalize(), stage["shares"][label], wording.share, is_share=True) for label in LABELS]),
            Drawn(
                _shares_chart(stage),
                "The first bar is the consensus of each attribute, the second single judgments, as published figures count them.",
            ),
            *_group_tables(stage),
            *_failure_modes(stage),
            *agreement_blocks(stage),
            *_raters(stage),
            *example_blocks(
                stage,
                1,
                agreed=("Accepted by all", "Every human accepted these attributes."),
                scale="1 accept, 2 unsure, 3 reject",
            ),
            *quality_blocks(stage),
        ],
    )


def _shares_chart(stage: dict[str, Any]) -> Any:
    bars = {"All attributes": _values(stage["shares"]), "All judgments": _values(stage["judgment_shares"])}
    for name in GROUPS:
        groups = stage.get(name, [])
        if len(groups) > 1:
            bars |= {
                f"{_short(name)}: {group['name']}": _values(group["shares"])
                for group in largest(groups, _units, IN_A_CHART)
            }
    return stacked(
        "extraction-shares",
        "Accepted, unsure, rejected",
        "The share of attributes that raters accept, are unsure of and reject, for all and by group.",
        bars,
    )


def _short(name: str) -> str:
    return {"by_system": "system", "by_origin": "origin", "by_type": "type", "by_batch": "batch"}[name]


def _values(shares: dict[str, Any]) -> dict[str, float | None]:
    return {label: shares[label]["value"] for label in LABELS}


def _group_tables(stage: dict[str, Any]) -> list[Block]:
    return [
        TableBlock(
            f"Shares by {title.lower()}, with 95 % intervals.",
            [title, "Attributes", *(label.capitalize() for label in LABELS), "Accepted, minus all others"],
            [
                [
                    Cell(group["name"]),
                    count_cell(group["units"]),
                    *(share_cell(group["shares"][label]) for label in LABELS),
                    points_cell(group["apart"]),
                ]
                for group in largest(stage[name], _units, IN_A_TABLE)
            ],
            [
                *left_out(stage[name], IN_A_TABLE),
                *by_chance(len(stage[name])),
                *interval_notes(
                    *(each for group in stage[name] for each in (*group["shares"].values(), group["apart"]))
                ),
            ],
        )
        for name, title in GROUPS.items()
        if len(stage.get(name, [])) > 1
    ]


def _failure_modes(stage: dict[str, Any]) -> list[Block]:
    modes = stage["failure_modes"]
    if all(mode["value"] is None for mode in modes):
        return []
    rows = [IntervalRow(mode["name"].partition(":")[0], mode) for mode in modes]
    chart = intervals(
        "failure-modes",
        "What is wrong with flagged attributes",
        "The share of each failure mode among judgments that are unsure or reject and name one.",
        rows,
        Scale("Share of the flagged judgments that name a failure mode", domain=(0.0, 1.0), is_share=True),
    )
    return [Drawn(chart)]


def _raters(stage: dict[str, Any]) -> list[Block]:
    raters = stage["raters"]
    machines = [rater for rater in raters if rater["kind"] != "human"]
    if not machines:
        return []
    humans = [rater for rater in raters if rater["kind"] == "human"]
    shown = [*machines, *humans[:HUMANS_SHOWN]]
    return [
        Heading("How often each rater accepts"),
        TableBlock(
            "Models and panels first.",
            ["Rater", "Kind", "Judgments", "Accepts", "Same as the consensus"],
            [
                [
                    Cell(rater["name"]),
                    Cell(rater["kind"]),
                    count_cell(rater["judgments"]),
                    share_cell(rater["accept_rate"]),
                    share_cell(rater["matches_consensus"]),
                ]
                for rater in shown
            ],
            [
                *left_out(humans, HUMANS_SHOWN),
                *interval_notes(*(rater[key] for rater in shown for key in ("accept_rate", "matches_consensus"))),
            ],
        ),
        *f1_chart("flagging", [(rater["name"], rater["flagging"]) for rater in machines], stage["lines"], None),
        measures_table(
            f"As verifiers: what each finds of what the consensus flags. {FLAGGED}",
            [
                *((line["name"], line) for line in stage["lines"]),
                *((rater["name"], rater["flagging"]) for rater in shown),
            ],
        ),
        *apart_table(stage["apart"]),
    ]


def _units(group: dict[str, Any]) -> int:
    return int(group["units"])
