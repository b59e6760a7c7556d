"""Shares: of accept, unsure and reject, of yes, of failure modes; with Wilson's interval or ready for a bootstrap.

Wilson's interval takes observations as independent. Judgments of one subject are not: for a report, hand
``counts_by_subject`` and ``shares_of`` to the cluster bootstrap, whose replicates are ``weights @ counts``.
"""

from collections.abc import Sequence
from math import sqrt
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from reports.stats.estimate import Estimate
from reports.stats.ratings import Floats, Indices, category_index

NOTHING = "Nothing has been judged yet."
NO_MODE = "No failure mode has been named yet."


def wilson(successes: float, n: int, level: float = 0.95, reason: str = NOTHING) -> Estimate:
    """A share with its score interval. Wilson (1927), Journal of the American Statistical Association 22:209-212."""
    if not n:
        return Estimate.undefined(reason)
    if not 0 <= successes <= n:
        raise ValueError("A share lies between 0 and 1.")
    z = NormalDist().inv_cdf((1 + level) / 2)
    share, room = successes / n, z * z / n
    centre = (share + room / 2) / (1 + room)
    half = z * sqrt(share * (1 - share) / n + room / (4 * n)) / (1 + room)
    # At 0 and 1 the bound is exact; rounding must not push it past the share.
    low = 0.0 if not successes else max(0.0, centre - half)
    high = 1.0 if successes == n else min(1.0, centre + half)
    return Estimate(value=share, n=n, low=low, high=high, level=level)


def failure_mode_shares(modes: Sequence[str], categories: Sequence[str], *, level: float = 0.95) -> dict[str, Estimate]:
    """The share of each failure mode among the flagged judgments that name one; an empty mode is missing."""
    named = [mode for mode in modes if mode]
    counts = dict.fromkeys(categories, 0)
    for mode in named:
        counts[mode] += 1
    return {mode: wilson(count, len(named), level, NO_MODE) for mode, count in counts.items()}


def counts_by_subject(labels: Floats, subject: Indices, subjects: int, categories: npt.ArrayLike) -> Indices:
    """Subjects x categories. Sums over subjects, so that a bootstrap of subjects is a matrix product."""
    scale = np.asarray(categories, dtype=np.float64)
    cells = subject * len(scale) + category_index(labels, scale)
    return np.bincount(cells, minlength=subjects * len(scale)).reshape(subjects, len(scale)).astype(np.int64)


def shares_of(counts: npt.ArrayLike) -> Floats:
    """Shares along the last axis; NaN in a replicate that drew no observation, which a bootstrap drops."""
    table = np.asarray(counts, dtype=np.float64)
    totals = table.sum(axis=-1, keepdims=True)
    shares: Floats = np.divide(table, totals, out=np.full_like(table, np.nan), where=totals > 0)
    return shares
