"""The most telling units; the same for every stage."""

from typing import Any

from reports.report.presenting.blocks import Block, ExampleGroup, Examples, Heading, Text

ALL_AGREE = "accepted_by_all"
EXAMPLES = {
    ALL_AGREE: ("", ""),  # said by each stage in its own words
    "disputed": ("Most disputed", "Where humans differ most."),
    "loved_by_models": ("Liked by LLMs, not by humans", "LLMs rate these far higher than humans."),
    "missed_by_models": ("Liked by humans, not by LLMs", "Humans rate these far higher than LLMs."),
}


def example_blocks(stage: dict[str, Any], number: int, *, agreed: tuple[str, str], scale: str) -> list[Block]:
    """``agreed``: a title and a sentence for what all raters agree on. ``scale`` says which number is which label."""
    means = f"Means of the labels are given below each example: {scale}."
    groups = [
        ExampleGroup(*(agreed if name == ALL_AGREE else words), stage["examples"][name])
        for name, words in EXAMPLES.items()
        if stage["examples"].get(name)
    ]
    return [Heading("Telling examples"), Text([means]), Examples(number, groups)] if groups else []
