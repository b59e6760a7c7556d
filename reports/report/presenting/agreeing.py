"""How far humans agree; the same for every stage."""

from typing import Any

from reports.report.presenting import wording
from reports.report.presenting.blocks import (
    Block,
    Cell,
    Heading,
    TableBlock,
    number_cell,
    share_cell,
)
from reports.report.presenting.sampling import interval_notes

SHARES = {"percent_agreement"}
SOURCES = {
    "rater": ("Who judged", "some raters are stricter than others"),
    "subject": ("Whose conversations", "with some subjects it goes better than with others"),
    "prompt": ("Which prompt", "some prompts leave more room than others"),
    "item": ("What was judged", "some units of a subject are better than others"),
    "residual": ("The rest", "what one rater thinks of one unit, and chance"),
}


def agreement_blocks(stage: dict[str, Any]) -> list[Block]:
    agreement = stage["agreement"]
    rows = [
        [
            Cell(figure["name"]),
            share_cell(figure) if figure["key"] in SHARES else number_cell(figure),
            Cell(figure["sentence"]),
        ]
        for figure in agreement["figures"]
    ]
    variance = agreement["variance"]
    return [
        Heading("How far humans agree"),
        TableBlock(
            f"Among {wording.many(agreement['raters'], 'human rater')}.",
            ["Figure", "Value", "What it says"],
            rows,
            interval_notes(*agreement["figures"]),
        ),
        TableBlock(
            "Why labels differ: how much of it goes back to each of these.",
            ["Because of", "Share", "Meaning"],
            [[Cell(words), share_cell(variance[name]), Cell(meaning)] for name, (words, meaning) in SOURCES.items()],
            interval_notes(*(variance[name] for name in SOURCES)),
        ),
    ]
