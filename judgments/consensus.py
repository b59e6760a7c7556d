"""How labels become one label (docs/protocol.md, Counting). Pure; the view ``judgments_consensus`` says the same in SQL."""

from collections.abc import Sequence
from fractions import Fraction

from judgments.enums import ExtractionLabel, RelevanceLabel


def majority_else_unsure(labels: Sequence[int]) -> float:
    """Stage 1: what more than half of the raters said, else unsure."""
    for label in ExtractionLabel.values:
        if 2 * labels.count(label) > len(labels):
            return label
    return ExtractionLabel.UNSURE


def majority_for_yes(labels: Sequence[int]) -> float:
    """Stage 2: yes if more than half of the raters said so, else no."""
    agreed = 2 * labels.count(RelevanceLabel.YES) > len(labels)
    return RelevanceLabel.YES if agreed else RelevanceLabel.NO


def mean(labels: Sequence[int]) -> float:
    """Stage 3."""
    return float(Fraction(sum(labels), len(labels)))
