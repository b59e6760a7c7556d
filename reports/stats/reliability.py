"""Raters compared with themselves (repeats) and with what is known (gold)."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from reports.stats.estimate import Estimate
from reports.stats.pairs import cohen_kappa, quadratic_weights
from reports.stats.ratings import Floats, Indices, category_index
from reports.stats.shares import wilson

NO_REPEATS = "No rater has judged a unit twice."
NO_GOLD = "Nobody has judged a gold unit."


@dataclass(frozen=True, slots=True, eq=False)
class Repeats:
    """Row i: a rater's first label of a unit (presentation 0) and a later one of the same unit."""

    first: Floats
    again: Floats


@dataclass(frozen=True, slots=True)
class IntraRater:
    """``exact`` is the share of equal labels; ``kappa`` is weighted by the square of the distance."""

    exact: Estimate
    kappa: Estimate


def find_repeats(*, unit: Indices, rater: Indices, presentation: Indices, label: Floats) -> Repeats:
    """Match every judgment of presentation 1, 2, .. with the same rater's presentation 0; without one it drops out."""
    code = unit * (int(rater.max(initial=0)) + 1) + rater
    first, later = np.flatnonzero(presentation == 0), np.flatnonzero(presentation > 0)
    first = first[np.argsort(code[first], kind="stable")]
    if not len(first):
        return Repeats(label[first], label[first])
    place = np.minimum(np.searchsorted(code[first], code[later]), len(first) - 1)
    found = code[first[place]] == code[later]
    return Repeats(label[first[place[found]]], label[later[found]])


def intra_rater(repeats: Repeats, categories: npt.ArrayLike, *, level: float = 0.95) -> IntraRater:
    """All raters together, so that few repeats of each suffice."""
    scale = np.asarray(categories, dtype=np.float64)
    total = len(repeats.first)
    if not total:
        return IntraRater(Estimate.undefined(NO_REPEATS), Estimate.undefined(NO_REPEATS))
    cell = category_index(repeats.first, scale) * len(scale) + category_index(repeats.again, scale)
    table = np.bincount(cell, minlength=len(scale) ** 2).reshape(len(scale), len(scale))
    exact = wilson(int(np.trace(table)), total, level)
    return IntraRater(exact, cohen_kappa(table, quadratic_weights(scale)))


def gold_accuracy(*, label: Floats, expected: Floats, level: float = 0.95) -> Estimate:
    """The share of answers on gold units that were as expected."""
    return wilson(int((label == expected).sum()), len(label), level, NO_GOLD)
