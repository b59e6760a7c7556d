"""Agreement of two raters at a time, each pair on the units both have judged."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from reports.stats.agreement import ONE_LABEL
from reports.stats.estimate import Estimate
from reports.stats.ratings import Flags, Floats, Indices, Ratings, category_index

NO_OVERLAP = "These two raters have no unit in common."
NO_PAIR = "No two of these raters have a unit in common."
ALL_UNDEFINED = "In every pair all labels are the same, so agreement beyond chance is undefined."
_DENSE = 10  # cells of a matrix for each judgment, up to which matrices are the cheaper way


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """A contingency table for each pair of raters with a unit in common: ``first`` has the smaller index."""

    raters: int
    first: Indices
    second: Indices
    tables: Indices  # pairs x labels of the first x labels of the second

    @property
    def units(self) -> Indices:
        totals: Indices = self.tables.sum(axis=(1, 2))
        return totals

    def table(self, one: int, other: int) -> Indices | None:
        low, high = min(one, other), max(one, other)
        place = int(np.searchsorted(self.first * self.raters + self.second, low * self.raters + high))
        if place == len(self.first) or (self.first[place], self.second[place]) != (low, high):
            return None
        found: Indices = self.tables[place]
        return found if one == low else found.T

    def percent(self, one: int, other: int) -> Estimate:
        """The share of the units both judged that got the same label from both."""
        table = self.table(one, other)
        if table is None:
            return Estimate.undefined(NO_OVERLAP)
        return Estimate(value=float(np.trace(table) / table.sum()), n=int(table.sum()))

    def kappa(self, one: int, other: int) -> Estimate:
        """Cohen's kappa of two raters."""
        table = self.table(one, other)
        return Estimate.undefined(NO_OVERLAP) if table is None else cohen_kappa(table)

    def mean_kappa(self, chosen: Flags | None = None) -> Estimate:
        """The mean kappa of the chosen pairs (or of all), each weighted by the units both judged.

        Pairs whose kappa is undefined are left out; ``n`` counts the units of those that are in.
        """
        tables = self.tables if chosen is None else self.tables[chosen]
        if not len(tables):
            return Estimate.undefined(NO_PAIR)
        values, defined = _kappas(tables)
        units = tables.sum(axis=(1, 2))[defined]
        if not len(units):
            return Estimate.undefined(ALL_UNDEFINED, int(tables.sum()))
        return Estimate(value=float(np.average(values[defined], weights=units)), n=int(units.sum()))

    def between(self, ones: Flags, others: Flags) -> Flags:
        """Which pairs have a rater of each group (the same group twice: both raters are of it)."""
        return (ones[self.first] & others[self.second]) | (others[self.first] & ones[self.second])


def rater_pairs(ratings: Ratings, categories: npt.ArrayLike | None = None) -> Pairs:
    """All pairs of raters that judged a unit together."""
    scale = ratings.categories() if categories is None else np.asarray(categories, dtype=np.float64)
    full = ratings.raters * ratings.units <= _DENSE * len(ratings)
    return from_matrices(ratings, scale) if full else from_rows(ratings, scale)


def from_matrices(ratings: Ratings, scale: Floats) -> Pairs:
    """Where most raters judged most units: one product of raters x units matrices for each two labels."""
    label = category_index(ratings.label, scale)
    said = np.zeros((len(scale), ratings.raters, ratings.units), dtype=np.float32)  # exact up to 16 million units
    said[label, ratings.rater, ratings.unit] = 1
    judged = said.sum(axis=0)
    first, second = np.nonzero(np.triu(judged @ judged.T, k=1))
    tables = np.empty((len(first), len(scale), len(scale)), dtype=np.int64)
    for one in range(len(scale)):
        for other in range(len(scale)):
            tables[:, one, other] = (said[one] @ said[other].T)[first, second]
    return Pairs(ratings.raters, first, second, tables)


def from_rows(ratings: Ratings, scale: Floats) -> Pairs:
    """Where each rater judged a few units: the rows of each unit beside each other."""
    rows = ratings.by_unit()
    label = category_index(rows.label, scale)
    size = max(len(scale), 1)
    codes, times = _merged(_cells(rows, label, size))
    pair, cell = np.divmod(codes, size * size)
    kept, place = np.unique(pair, return_inverse=True)
    tables = np.zeros((len(kept), size * size), dtype=np.int64)
    tables[place, cell] = times
    first, second = np.divmod(kept, max(ratings.raters, 1))
    return Pairs(ratings.raters, first, second, tables.reshape(-1, size, size))


def cohen_kappa(table: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> Estimate:
    """Cohen's kappa of a contingency table (labels of one rater x labels of the other).

    Cohen (1960), Educational and Psychological Measurement 20:37-46. ``weights`` are of disagreement (0 on the
    diagonal): Cohen (1968), Psychological Bulletin 70:213-220.
    """
    counts = np.asarray(table, dtype=np.float64)
    total = counts.sum()
    if not total:
        return Estimate.undefined(NO_OVERLAP)
    apart = 1 - np.eye(len(counts)) if weights is None else np.asarray(weights, dtype=np.float64)
    expected = float((np.outer(counts.sum(axis=1), counts.sum(axis=0)) * apart).sum())
    if not expected:
        return Estimate.undefined(ONE_LABEL, int(total))
    return Estimate(value=float(1 - (counts * apart).sum() * total / expected), n=int(total))


def quadratic_weights(scale: npt.ArrayLike) -> Floats:
    """Disagreement grows with the square of the distance; then weighted kappa comes near an intraclass correlation.

    Fleiss and Cohen (1973), Educational and Psychological Measurement 33:613-619.
    """
    steps = np.arange(len(np.asarray(scale)), dtype=np.float64)
    distance: Floats = np.square(np.subtract.outer(steps, steps))
    return distance


def _cells(rows: Ratings, label: Indices, size: int) -> list[tuple[Indices, Indices]]:
    """For each distance between two rows of one unit: the codes (pair, label, label) and how often each occurs."""
    found: list[tuple[Indices, Indices]] = []
    most = int(np.bincount(rows.unit).max(initial=0))
    for distance in range(1, most):
        together = np.flatnonzero(rows.unit[distance:] == rows.unit[:-distance])
        after = together + distance
        pair = rows.rater[together] * rows.raters + rows.rater[after]
        codes, times = np.unique((pair * size + label[together]) * size + label[after], return_counts=True)
        found.append((codes, times.astype(np.int64)))
    return found


def _merged(found: list[tuple[Indices, Indices]]) -> tuple[Indices, Indices]:
    if not found:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    codes, place = np.unique(np.concatenate([codes for codes, _ in found]), return_inverse=True)
    times = np.zeros(len(codes), dtype=np.int64)
    np.add.at(times, place, np.concatenate([times for _, times in found]))
    return codes, times


def _kappas(tables: Indices) -> tuple[Floats, Flags]:
    """Of many tables at once; the second array says where a kappa is defined."""
    total = tables.sum(axis=(1, 2)).astype(np.float64)
    observed = np.einsum("pkk->p", tables) * total
    expected = np.einsum("pk,pk->p", tables.sum(axis=2), tables.sum(axis=1)).astype(np.float64)
    room = np.square(total) - expected
    defined = room > 0
    return (observed - expected) / np.where(defined, room, 1), defined
