"""Raters compared with themselves (repeats) and with what is known (gold). Intervals draw raters: what one does hangs together."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from reports.stats.crossing import RATERS, SHARE, Crossing, estimate
from reports.stats.estimate import Estimate
from reports.stats.pairs import pair_kappa
from reports.stats.ratings import Floats, Indices, category_index
from reports.stats.shares import ratio

NO_REPEATS = "No rater has judged a unit twice."
NO_GOLD = "Nobody has judged a gold unit."


@dataclass(frozen=True, slots=True, eq=False)
class Repeats:
    """Row i: a rater's first label of a unit (presentation 0) and a later one of the same unit."""

    first: Floats
    again: Floats
    rater: Indices


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
        return Repeats(label[first], label[first], rater[first])
    place = np.minimum(np.searchsorted(code[first], code[later]), len(first) - 1)
    found = code[first[place]] == code[later]
    return Repeats(label[first[place[found]]], label[later[found]], rater[later[found]])


def intra_rater(repeats: Repeats, categories: npt.ArrayLike) -> IntraRater:
    """All raters together, so that few repeats of each suffice."""
    scale = np.asarray(categories, dtype=np.float64)
    if not len(repeats.first):
        return IntraRater(Estimate.undefined(NO_REPEATS), Estimate.undefined(NO_REPEATS))
    first, again = (category_index(each, scale).astype(np.float64) for each in (repeats.first, repeats.again))
    kappa = pair_kappa(first, again, Crossing({RATERS: repeats.rater}))
    return IntraRater(_share(repeats.first == repeats.again, repeats.rater), kappa)


def gold_accuracy(*, label: Floats, expected: Floats, rater: Indices) -> Estimate:
    """The share of answers on gold units that were as expected."""
    return _share(label == expected, rater) if len(label) else Estimate.undefined(NO_GOLD)


def median_over_raters(values: Floats, rater: Indices) -> Estimate:
    """The middle of the values, at least one. Its interval: Woodruff (1952), Journal of the American Statistical Association 47:635-646.

    That of the share below the middle, with ties by half, and the values that such shares lie below.
    """
    middle = float(np.median(values))
    below = _share((values < middle) + (values == middle) / 2, rater)
    if below.low is None or below.high is None:
        return replace(below, value=middle)
    low, high = np.quantile(values, [below.low, below.high])
    return replace(below, value=middle, low=float(low), high=float(high))


def _share(hits: npt.ArrayLike, rater: Indices) -> Estimate:
    sums = Crossing({RATERS: rater}).sums([hits, np.ones(len(rater))])
    return estimate(sums, ratio, n=len(rater), within=SHARE)
