"""Intervals over subjects (docs/protocol.md, Statistics): judgments of one subject are not independent.

The expanded percentile interval of a cluster bootstrap: Hesterberg (2015), The American Statistician 69:371-386. The
plain percentile interval is too narrow with few clusters; its tails are moved out by what Student's t with one degree
of freedom less than there are clusters asks for.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import stats

from reports.stats.crossing import ALONE, SUBJECTS
from reports.stats.estimate import Estimate

type Floats = npt.NDArray[np.float64]
type Statistic = Callable[[Floats], Any]

REPETITIONS = 2000
MOST_KEPT = 8_000_000  # drawn weights, 8 bytes each: groups of many sizes would fill the memory
NO_DATA = "Nothing has been judged yet."
NOTHING_BELOW = "There is nothing to divide by: no such unit has been judged."


@dataclass(slots=True)
class Resampling:
    """The same seed gives the same intervals, wherever they are computed."""

    seed: int
    level: float = 0.95
    repetitions: int = REPETITIONS
    _drawn: dict[int, Floats] = field(default_factory=dict)

    def statistic(self, sums: Floats, function: Statistic, *, n: int, level: float | None = None) -> Estimate:
        """One figure. ``sums`` has a row for each subject; ``function`` takes sums over subjects, along the last axes."""
        return self.statistics(sums, lambda total: np.asarray(function(total))[..., None], n=n, level=level)[0]

    def statistics(self, sums: Floats, function: Statistic, *, n: int, level: float | None = None) -> list[Estimate]:
        """Several figures from the same sums, along the last axis of what ``function`` returns."""
        level = level or self.level
        present = sums.any(axis=tuple(range(1, sums.ndim)))
        clusters = int(present.sum())
        values = np.asarray(function(sums.sum(axis=0)), dtype=np.float64)
        if not clusters:
            return [Estimate.undefined(NO_DATA) for _ in values]
        replicates = np.asarray(function(np.tensordot(self._weights(clusters), sums[present], axes=1)))
        return [
            self._estimate(float(value), replicates[..., place], n=n, clusters=clusters, level=level)
            for place, value in enumerate(values)
        ]

    def _estimate(self, value: float, replicates: Floats, *, n: int, clusters: int, level: float) -> Estimate:
        if np.isnan(value):
            return Estimate.undefined(NOTHING_BELOW, n)
        if clusters == 1:  # one subject says nothing of how subjects differ
            return Estimate(value=value, n=n, clusters=1, no_interval=ALONE.format("subject"))
        tail = expanded_tail(level, clusters)
        low, high = np.nanquantile(replicates, [tail, 1 - tail])
        failed = int(np.isnan(replicates).sum())
        return Estimate(
            value=value,
            n=n,
            low=float(low),
            high=float(high),
            level=level,
            clusters=clusters,
            over=SUBJECTS,
            failed=failed,
        )

    def _weights(self, clusters: int) -> Floats:
        """Repetitions x clusters: how often each was drawn."""
        weights = self._drawn.pop(clusters, None)
        if weights is None:
            generator = np.random.default_rng([self.seed, clusters])
            shares = np.full(clusters, 1 / clusters)
            weights = generator.multinomial(clusters, shares, size=self.repetitions).astype(np.float64)
        self._drawn[clusters] = weights  # the last used comes last
        while len(self._drawn) > 1 and sum(each.size for each in self._drawn.values()) > MOST_KEPT:
            del self._drawn[next(iter(self._drawn))]
        return weights


def expanded_tail(level: float, clusters: int) -> float:
    """The share of replicates to leave out at each end."""
    reach = stats.t.ppf((1 + level) / 2, clusters - 1) * np.sqrt(clusters / (clusters - 1))
    return float(stats.norm.cdf(-reach))


def mean_of(total: Floats, count: Floats) -> Floats:
    """Sums by counts; NaN where nothing was counted, which an interval leaves out."""
    shape = np.broadcast_shapes(np.shape(total), np.shape(count))
    mean: Floats = np.divide(total, count, out=np.full(shape, np.nan), where=np.broadcast_to(count, shape) > 0)
    return mean
