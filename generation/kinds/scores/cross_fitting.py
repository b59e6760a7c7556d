"""From scores to yes and no, as pure functions: each subject's threshold is chosen on other subjects only."""

import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Scored(NamedTuple):
    """A unit's score; ``consensus`` is whether the humans say yes, None where they have not said yet."""

    subject: int
    score: float
    consensus: bool | None


class NoThreshold(Exception):
    """The other subjects have no consensus or no yes in it, or all their scores are the same."""

    def __init__(self, fold: int) -> None:
        super().__init__(f"fold {fold}")
        self.fold = fold


@dataclass(frozen=True, slots=True)
class FoldThreshold:
    """Of one fold: yes is a score of at least ``value``. The other figures are of the subjects it was chosen on."""

    fold: int
    value: float
    f1: float
    f1_of_all: float  # of saying yes to everything, to compare with
    subjects: int
    units: int


def folds_of(subjects: Collection[int], *, folds: int, seed: int) -> dict[int, int]:
    """The fold of each subject, from 0: shuffled with the seed, of sizes that differ by one at most.

    Labels have no part in it.
    """
    order = sorted(subjects)
    random.Random(f"folds:{seed}").shuffle(order)  # noqa: S311 - an assignment, no secret
    count = min(folds, len(order))
    return {subject: place % count for place, subject in enumerate(order)}


def cross_fit(units: Sequence[Scored], folds: Mapping[int, int]) -> list[FoldThreshold]:
    """A threshold for each fold, chosen on the subjects of all other folds.

    Raises:
        NoThreshold: for a fold, the others do not tell what a yes is.
    """
    return [
        _chosen(fold, [unit for unit in units if folds[unit.subject] != fold]) for fold in sorted({*folds.values()})
    ]


def _chosen(fold: int, others: Sequence[Scored]) -> FoldThreshold:
    known = [unit for unit in others if unit.consensus is not None]
    if not any(unit.consensus for unit in known):
        raise NoThreshold(fold)
    wanted = [bool(unit.consensus) for unit in known]
    best = best_threshold([unit.score for unit in known], wanted)
    if best is None:
        raise NoThreshold(fold)
    value, f1 = best
    return FoldThreshold(
        fold, value, f1, f1_of_all(wanted), subjects=len({unit.subject for unit in known}), units=len(known)
    )


def best_threshold(scores: Sequence[float], wanted: Sequence[bool]) -> tuple[float, float] | None:
    """The threshold with the best F1, and that F1; of equally good ones the highest, which says yes least often.

    It lies halfway between two neighbouring scores, so it never says yes to all: where retrieval tells little that
    would often have the best F1, and a rater who says yes to all has judged nothing. None where all scores are equal.
    """
    import numpy as np

    order = np.argsort(-np.asarray(scores), kind="stable")
    ranked, hits = np.asarray(scores, float)[order], np.cumsum(np.asarray(wanted, float)[order])
    ends = np.flatnonzero(ranked[1:] != ranked[:-1])  # where a threshold parts two scores
    if not len(ends):
        return None
    f1 = 2 * hits[ends] / (ends + 1 + hits[-1])
    best = ends[np.argmax(f1)]
    return float((ranked[best] + ranked[best + 1]) / 2), float(f1.max())


def f1_of_all(wanted: Sequence[bool]) -> float:
    """What saying yes to everything would reach."""
    yes = sum(wanted)
    return 2 * yes / (yes + len(wanted)) if yes else 0.0
