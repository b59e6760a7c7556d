"""Raters and systems as finders of what matters, beside who says yes to everything and any two models together."""

from collections.abc import Sequence
from typing import Any

from reports.report.charts.intervals import MODELS, IntervalRow, Scale, intervals
from reports.report.presenting.blocks import Block, Cell, Drawn, TableBlock, count_cell, number_cell, share_cell
from reports.report.presenting.sampling import interval_notes

MEASURES = ("precision", "recall", "f1", "accuracy", "balanced_accuracy", "mcc")
HEADS = ["Precision", "Recall", "F1", "Accuracy", "Balanced accuracy", "Correlation"]
ROUGH = (
    "Balanced accuracy: 50 % is guessing, however rare a yes is. Correlation (Matthews): 0 is guessing, 1 is always right; "
    "accuracy alone is high for whoever never says yes where that is rare."
)


def measures_table(caption: str, rows: Sequence[tuple[str, dict[str, Any]]], notes: Sequence[str] = ()) -> TableBlock:
    """Of each name its scores against the consensus."""
    return TableBlock(
        caption,
        ["Who", *HEADS],
        [
            [
                Cell(name),
                *(share_cell(scores[key]) for key in MEASURES[:2]),
                number_cell(scores["f1"]),
                *(share_cell(scores[key]) for key in MEASURES[3:5]),
                number_cell(scores["mcc"]),
            ]
            for name, scores in rows
        ],
        [*notes, ROUGH, *interval_notes(*(scores[key] for _name, scores in rows for key in MEASURES))],
    )


def f1_chart(
    key: str, rows: Sequence[tuple[str, dict[str, Any]]], lines: Sequence[dict[str, Any]], human: dict[str, Any] | None
) -> list[Block]:
    """F1 of machines and systems; the line is whoever says yes to everything."""
    drawn = [IntervalRow("One human", human)] if human and human["value"] is not None else []
    drawn += [IntervalRow(name, scores["f1"], MODELS) for name, scores in rows]
    drawn += [IntervalRow(line["name"], line["f1"], MODELS) for line in lines]
    if all(row.estimate["value"] is None for row in drawn):
        return []
    everything = lines[0]["f1"]["value"]
    chart = intervals(
        key,
        "How well they find it: F1",
        "F1 against the consensus with its 95 % interval; the line is who says yes to everything.",
        drawn,
        Scale("F1; the line says yes to everything", domain=(0.0, 1.0), reference=everything),
    )
    return [Drawn(chart, "Whoever does not lie beyond the line finds no more than somebody who does not look.")]


def apart_table(pairs: Sequence[dict[str, Any]], who: str = "models", did: str = "judged") -> list[Block]:
    """Every two of them on the units that both judged, or spoke about."""
    if not pairs:
        return []
    return [
        TableBlock(
            f"Two {who} beside each other: the F1 of the first minus that of the second, on the units that both {did}.",
            ["First", "Second", "Units", "Difference in F1"],
            [
                [Cell(pair["one"]), Cell(pair["other"]), count_cell(pair["f1"]["n"]), number_cell(pair["f1"])]
                for pair in pairs
            ],
            interval_notes(*(pair["f1"] for pair in pairs)),
        )
    ]
