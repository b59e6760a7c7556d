"""Do two raters put things in the same order? Spearman's rank correlation: Spearman (1904), American Journal of Psychology 15:72-101."""

import numpy as np
import numpy.typing as npt
from scipy import stats

from reports.stats.estimate import Estimate
from reports.stats.resampling import Resampling

type Floats = npt.NDArray[np.float64]
type Indices = npt.NDArray[np.int64]

ENOUGH = 3
TOO_FEW = "Fewer than three units in common."
CONSTANT = "All labels or all lengths are the same, so there is no rank to correlate."


def spearman(one: Floats, other: Floats) -> Estimate:
    """-1..1, without an interval."""
    reason = _undefined(one, other)
    if reason:
        return Estimate.undefined(reason, len(one))
    return Estimate(value=float(stats.spearmanr(one, other).statistic), n=len(one))


def spearman_by_subject(one: Floats, other: Floats, *, subject: Indices, resampling: Resampling) -> Estimate:
    """With an interval over subjects. Each resample weighs the ranks that the values have in the whole sample."""
    reason = _undefined(one, other)
    if reason:
        return Estimate.undefined(reason, len(one))
    first, second = _centred_ranks(one), _centred_ranks(other)
    columns = [first, second, first * first, second * second, first * second, np.ones(len(one))]
    sums = np.stack([np.bincount(subject, weights=column) for column in columns], axis=1)
    return resampling.statistic(sums, _correlation, n=len(one))


def _undefined(one: Floats, other: Floats) -> str:
    if len(one) < ENOUGH:
        return TOO_FEW
    return CONSTANT if np.ptp(one) == 0 or np.ptp(other) == 0 else ""


def _centred_ranks(values: Floats) -> Floats:
    """About 0 and below 1, so that sums of their squares lose no digits."""
    ranks = stats.rankdata(values)
    centred: Floats = (ranks - ranks.mean()) / len(ranks)
    return centred


def _correlation(total: Floats) -> Floats:
    """Pearson's, from sums of both, of their squares, of their products, and the number of pairs."""
    one, other, square, other_square, product, n = np.moveaxis(total, -1, 0)
    spread = (square - one * one / n) * (other_square - other * other / n)
    rho: Floats = np.divide(
        product - one * other / n,
        np.sqrt(np.maximum(spread, 0)),
        out=np.full(np.shape(n), np.nan),
        where=spread > 0,
    )
    return rho
