"""Raters compared with themselves (repeats) and with what is known (gold)."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from reports.stats.estimate import Estimate
from reports.stats.pairs import cohen_kappa, quadratic_weights
from reports.stats.ratings import Floats, Indices, category_index
from reports.stats.shares import wilson

NO_REPEAT = "This rater has judged no unit twice."
NO_REPEATS = "No rater has judged a unit twice."
NO_GOLD = "This rater has judged no gold unit."
NO_GOLD_AT_ALL = "Nobody has judged a gold unit."


@dataclass(frozen=True, slots=True, eq=False)
class Repeats:
    """Row i: a rater's first label of a unit (presentation 0) and a later one of the same unit."""

    rater: Indices
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
        return Repeats(rater[first], label[first], label[first])
    place = np.minimum(np.searchsorted(code[first], code[later]), len(first) - 1)
    found = code[first[place]] == code[later]
    return Repeats(rater[later[found]], label[first[place[found]]], label[later[found]])


def intra_rater(repeats: Repeats, categories: npt.ArrayLike, *, level: float = 0.95) -> IntraRater:
    """All raters together: the tables of the raters are added up, so that few repeats of each suffice."""
    tables = _tables(repeats, categories, raters=0 if not len(repeats.rater) else int(repeats.rater.max()) + 1)
    return _intra(tables.sum(axis=0), categories, level, NO_REPEATS)


def intra_rater_each(
    repeats: Repeats, categories: npt.ArrayLike, raters: int, *, level: float = 0.95
) -> list[IntraRater]:
    return [_intra(table, categories, level, NO_REPEAT) for table in _tables(repeats, categories, raters)]


def gold_accuracy(
    *, rater: Indices, label: Floats, expected: Floats, raters: int, level: float = 0.95
) -> list[Estimate]:
    """The share of gold units each rater answered as expected, with Wilson's interval."""
    asked = np.bincount(rater, minlength=raters)
    right = np.bincount(rater[label == expected], minlength=raters)
    return [wilson(int(hits), int(n), level, NO_GOLD) for hits, n in zip(right, asked, strict=True)]


def gold_accuracy_overall(*, label: Floats, expected: Floats, level: float = 0.95) -> Estimate:
    return wilson(int((label == expected).sum()), len(label), level, NO_GOLD_AT_ALL)


def _tables(repeats: Repeats, categories: npt.ArrayLike, raters: int) -> Indices:
    scale = np.asarray(categories, dtype=np.float64)
    size = len(scale)
    cell = (repeats.rater * size + category_index(repeats.first, scale)) * size + category_index(repeats.again, scale)
    return np.bincount(cell, minlength=raters * size * size).reshape(raters, size, size).astype(np.int64)


def _intra(table: Indices, categories: npt.ArrayLike, level: float, reason: str) -> IntraRater:
    total = int(table.sum())
    if not total:
        return IntraRater(Estimate.undefined(reason), Estimate.undefined(reason))
    exact = wilson(int(np.trace(table)), total, level)
    return IntraRater(exact, cohen_kappa(table, quadratic_weights(categories)))
