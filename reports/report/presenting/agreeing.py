"""How far humans agree, and how far the raters can be trusted; the same for every stage."""

from typing import Any

from reports.report.presenting import wording
from reports.report.presenting.blocks import (
    Block,
    Cell,
    ExampleGroup,
    Examples,
    Heading,
    Stat,
    Stats,
    TableBlock,
    Text,
    number_cell,
    share_cell,
    stat,
    why_missing,
)

EXAMPLES = {
    "accepted_by_all": ("Accepted by all", ""),
    "disputed": ("Most disputed", "Where humans differ most."),
    "loved_by_models": ("Loved by LLMs, not by humans", "LLMs rate these far higher than humans."),
    "missed_by_models": ("Liked by humans, not by LLMs", "Humans rate these far higher than LLMs."),
}
SHARES = {"percent_agreement"}
SOURCES = {
    "rater": "who judged",
    "subject": "whose conversations",
    "item": "which unit",
    "residual": "the rest: a rater's view of one unit, and chance",
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
            f"Among {wording.many(agreement['raters'], 'human rater')}.", ["Figure", "Value", "What it says"], rows
        ),
        TableBlock(
            "Where the spread of the labels comes from.",
            ["Source", "Share", "Meaning"],
            [[Cell(name), share_cell(variance[name]), Cell(meaning)] for name, meaning in SOURCES.items()],
            why_missing(*(variance[name] for name in SOURCES)),
        ),
    ]


def quality_blocks(stage: dict[str, Any]) -> list[Block]:
    quality = stage["quality"]
    excluded = sum(row["judgments"] for row in quality["exclusions"])
    reasons = ", ".join(f"{row['reason'].replace('_', ' ')} {row['judgments']}" for row in quality["exclusions"])
    return [
        Heading("How carefully it was judged"),
        Stats(
            [
                stat("Gold answered right", quality["gold"], wording.share, is_share=True),
                stat("Attention checks passed", quality["attention"], wording.share, is_share=True),
                stat("Same label when asked again", quality["intra_rater"]["exact"], wording.share, is_share=True),
                stat("Weighted kappa with oneself", quality["intra_rater"]["kappa"], wording.number),
                stat(
                    "Seconds for a page, median", quality["seconds_per_page"], lambda one: wording.number(one, digits=0)
                ),
                Stat("Judgments excluded", wording.count(excluded), reasons or "none"),
            ]
        ),
    ]


def example_blocks(stage: dict[str, Any], number: int, *, accepted: str, scale: str) -> list[Block]:
    """``accepted`` says what all raters agree on, ``scale`` which number is which label."""
    means = f"Means of the labels are given below each example: {scale}."
    groups = [
        ExampleGroup(title, accepted if name == "accepted_by_all" else note, stage["examples"][name])
        for name, (title, note) in EXAMPLES.items()
        if stage["examples"].get(name)
    ]
    return [Heading("Telling examples"), Text([means]), Examples(number, groups)] if groups else []
