"""Shares with their 95 % intervals. Pure. A share of nothing has no value: it is None, never 0."""

from dataclasses import dataclass
from math import sqrt
from typing import Self

Z = 1.959963984540054  # of the two-sided 95 % interval


@dataclass(frozen=True, slots=True)
class Share:
    """``hits`` of ``total``, with an interval that is as wide as ``independent`` observations allow."""

    hits: int
    total: int
    low: float
    high: float

    @property
    def value(self) -> float:
        return self.hits / self.total

    @classmethod
    def of(cls, hits: int, total: int, *, independent: float | None = None) -> Self | None:
        """None where nothing was observed."""
        if not total:
            return None
        low, high = wilson(hits / total, total if independent is None else independent)
        return cls(hits, total, low, high)


@dataclass(frozen=True, slots=True)
class Clustered:
    """Sums over pages: labels of one page go together, so they tell less than as many independent ones."""

    pages: int
    hits: int
    total: int
    hits_squared: int
    hits_times_total: int
    total_squared: int

    @property
    def independent(self) -> float:
        """As many independent labels as these are worth; the pages, where the labels show no difference at all."""
        if self.pages < 2 or self.hits in {0, self.total}:
            return float(self.pages)
        share = self.hits / self.total
        residual = self.hits_squared - 2 * share * self.hits_times_total + share * share * self.total_squared
        variance = self.pages / (self.pages - 1) * max(0.0, residual) / self.total**2
        if not variance:
            return float(self.total)
        return min(float(self.total), share * (1 - share) / variance)

    @property
    def share(self) -> Share | None:
        return Share.of(self.hits, self.total, independent=self.independent)


def wilson(share: float, count: float) -> tuple[float, float]:
    """The Wilson score interval: stays within 0 and 1, and holds at few observations."""
    squared = Z * Z
    middle = (share + squared / (2 * count)) / (1 + squared / count)
    reach = Z * sqrt(share * (1 - share) / count + squared / (4 * count * count)) / (1 + squared / count)
    return max(0.0, middle - reach), min(1.0, middle + reach)
