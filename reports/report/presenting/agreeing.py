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
from reports.report.presenting.sampling import interval_notes

ALL_AGREE = "accepted_by_all"
EXAMPLES = {
    ALL_AGREE: ("", ""),  # said by each stage in its own words
    "disputed": ("Most disputed", "Where humans differ most."),
    "loved_by_models": ("Liked by LLMs, not by humans", "LLMs rate these far higher than humans."),
    "missed_by_models": ("Liked by humans, not by LLMs", "Humans rate these far higher than LLMs."),
}
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
                stat("Known answers (gold) given right", quality["gold"], wording.share, is_share=True),
                stat("Attention checks passed", quality["attention"], wording.share, is_share=True),
                stat("Same label when asked again", quality["intra_rater"]["exact"], wording.share, is_share=True),
                stat("The same beyond chance (kappa, 1 is best)", quality["intra_rater"]["kappa"], wording.number),
                stat(
                    "Seconds for a page, median", quality["seconds_per_page"], lambda one: wording.number(one, digits=0)
                ),
                Stat("Judgments excluded", wording.count(excluded), reasons or "none"),
            ]
        ),
    ]


def example_blocks(stage: dict[str, Any], number: int, *, agreed: tuple[str, str], scale: str) -> list[Block]:
    """``agreed``: a title and a sentence for what all raters agree on. ``scale`` says which number is which label."""
    means = f"Means of the labels are given below each example: {scale}."
    groups = [
        ExampleGroup(*(agreed if name == ALL_AGREE else words), stage["examples"][name])
        for name, words in EXAMPLES.items()
        if stage["examples"].get(name)
    ]
    return [Heading("Telling examples"), Text([means]), Examples(number, groups)] if groups else []
