"""Agreement of two raters at a time, each pair on the units both have judged, with what other units would make of it.

Cohen's kappa: Cohen (1960), Educational and Psychological Measurement 20:37-46. Disagreement is weighted by the square
of the distance on the scale (Cohen (1968), Psychological Bulletin 70:213-220; Fleiss and Cohen (1973), Educational and
Psychological Measurement 33:613-619); of two labels that is the plain kappa.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import nan

import numpy as np
import numpy.typing as npt

from reports.stats.agreement import ONE_LABEL
from reports.stats.crossing import RATERS, SIGNED, Crossing, estimate, linear_spread, with_interval
from reports.stats.estimate import Estimate
from reports.stats.ratings import Flags, Floats, Indices, Ratings, category_index

NO_OVERLAP = "These two raters have no unit in common."
NO_PAIR = "No two of these raters have a unit in common."
ALL_UNDEFINED = "In every pair all labels are the same, so agreement beyond chance is undefined."


@dataclass(frozen=True, slots=True, eq=False)
class _Pairs:
    """Of each pair of raters: the units both judged and their kappa. Of each row: its pair, and how far it moves that kappa."""

    units: Floats
    kappa: Floats
    of_row: Indices
    moved: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """Two judgments of one unit, in each row: ``one`` and ``other`` are where the two labels stand on the scale."""

    unit: Indices
    pair: Indices
    first: Indices  # rater
    second: Indices
    one: Floats
    other: Floats


def pair_kappa(one: Floats, other: Floats, crossing: Crossing) -> Estimate:
    """Weighted kappa of two raters; their places on the scale by unit, NaN where one has not judged it."""
    unit = np.flatnonzero(np.isfinite(one) & np.isfinite(other))
    if not len(unit):
        return Estimate.undefined(NO_OVERLAP)
    sums = crossing.rows(unit).sums(_moments(one[unit], other[unit]))
    found = estimate(sums, lambda total: _kappa(total)[0], n=len(unit), within=SIGNED)
    return found if found.value is not None else Estimate.undefined(ONE_LABEL, len(unit))


def mean_kappas(
    ratings: Ratings, scale: npt.ArrayLike, crossing: Crossing, sampled: Flags, groups: Sequence[tuple[Flags, Flags]]
) -> list[Estimate]:
    """For each two groups of raters the mean kappa of a rater of one with a rater of the other.

    Each pair weighs by the units both judged; those whose kappa is undefined are left out, and ``n`` counts the units of
    those that are in. ``sampled``: the raters who stand for others, as humans do and a model does not. The interval is that of the first-order (infinitesimal) jackknife: Efron and Stein (1981).
    """
    chunks = list(_rows(ratings, np.asarray(scale, dtype=np.float64)))
    if not chunks:
        return [Estimate.undefined(NO_PAIR) for _ in groups]
    rows = _Rows(*(np.concatenate([getattr(each, name) for each in chunks]) for name in _Rows.__slots__))
    pairs, place = np.unique(rows.pair, return_inverse=True)
    table = np.stack(
        [np.bincount(place, weights=each, minlength=len(pairs)) for each in _moments(rows.one, rows.other)], axis=1
    )
    kappa, expected = _kappa(table)
    first, second = np.divmod(pairs, max(ratings.raters, 1))
    both = _Pairs(table[:, 0], kappa, place, _influence(rows, place, table, kappa, expected))
    found = []
    for ones, others in groups:
        chosen = (ones[first] & others[second]) | (others[first] & ones[second])
        found.append(_mean(rows, both, chosen, crossing, sampled))
    return found


def _moments(one: Floats, other: Floats) -> list[Floats]:
    """What a weighted kappa is a function of, summed over units."""
    return [np.ones(len(one)), one, other, np.square(one) + np.square(other), np.square(one - other)]


def _kappa(total: Floats) -> tuple[Floats, Floats]:
    """And the disagreement that is expected by chance; NaN where that is nothing."""
    n, one, other, squares, apart = np.moveaxis(total, -1, 0)
    units = np.maximum(n, 1)
    expected = squares / units - 2 * (one / units) * (other / units)
    defined = (n > 0) & (expected > 1e-12)
    kappa = 1 - np.divide(apart / units, expected, out=np.full(np.shape(n), nan), where=defined)
    return kappa, expected


def _influence(rows: _Rows, place: Indices, table: Floats, kappa: Floats, expected: Floats) -> Floats:
    """How much each row moves its pair's kappa, times the pair's units."""
    mean = table / table[:, :1]
    one, other, squares, apart = (mean[place, column] for column in (1, 2, 3, 4))
    chance = np.where(np.isnan(kappa), 1, expected)[place]
    of_apart = np.square(rows.one - rows.other) - apart
    of_chance = np.square(rows.one) + np.square(rows.other) - squares
    of_chance -= 2 * ((rows.one - one) * other + one * (rows.other - other))
    moved: Floats = -of_apart / chance + apart * of_chance / np.square(chance)
    return moved


def _mean(rows: _Rows, pairs: _Pairs, chosen: Flags, crossing: Crossing, sampled: Flags) -> Estimate:
    if not chosen.any():
        return Estimate.undefined(NO_PAIR)
    defined = chosen & np.isfinite(pairs.kappa)
    n = float(pairs.units[defined].sum())
    if not n:
        return Estimate.undefined(ALL_UNDEFINED, int(pairs.units[chosen].sum()))
    value = float(np.average(pairs.kappa[defined], weights=pairs.units[defined]))
    kept = defined[pairs.of_row]
    part = (pairs.kappa[pairs.of_row[kept]] - value + pairs.moved[kept]) / n
    own = crossing.rows(rows.unit[kept])
    spreads = {name: linear_spread(part, [level]) for name, level in own.factors.items()}
    raters = [np.where(sampled[each[kept]], each[kept], -1) for each in (rows.first, rows.second)]
    spreads[RATERS] = linear_spread(part, raters)
    overlap = nan if own.cell is None else linear_spread(part, [own.cell]).variance
    return with_interval(value, spreads, n=int(n), within=SIGNED, overlap=overlap)


def _rows(ratings: Ratings, scale: Floats) -> Iterator[_Rows]:
    """The rows of each unit beside each other, by how far apart they stand."""
    ordered = ratings.by_unit()
    step = category_index(ordered.label, scale).astype(np.float64)
    most = int(np.bincount(ordered.unit).max(initial=0))
    for distance in range(1, most):
        one = np.flatnonzero(ordered.unit[distance:] == ordered.unit[:-distance])
        other = one + distance
        first, second = ordered.rater[one], ordered.rater[other]
        pair = first * max(ratings.raters, 1) + second
        yield _Rows(ordered.unit[one], pair, first, second, step[one], step[other])
