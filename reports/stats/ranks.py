"""Do two raters put things in the same order? Spearman's rank correlation: Spearman (1904), American Journal of Psychology 15:72-101."""

import numpy as np
import numpy.typing as npt
from scipy import stats

from reports.stats.crossing import SIGNED, Crossing, estimate
from reports.stats.estimate import Estimate

type Floats = npt.NDArray[np.float64]

ENOUGH = 3
NO_SAMPLE = "These are all there are, and no sample of more like them, so there is no interval."
TOO_FEW = "Fewer than three units in common."
CONSTANT = "All labels or all lengths are the same, so there is no rank to correlate."


def spearman(one: Floats, other: Floats) -> Estimate:
    """-1..1, of all there are: no sample, so without an interval."""
    reason = _undefined(one, other)
    if reason:
        return Estimate.undefined(reason, len(one))
    return Estimate(value=float(stats.spearmanr(one, other).statistic), n=len(one), no_interval=NO_SAMPLE)


def spearman_crossed(one: Floats, other: Floats, crossing: Crossing) -> Estimate:
    """With an interval over what crosses. Whatever is left out, values keep the ranks that they have in the whole sample."""
    reason = _undefined(one, other)
    if reason:
        return Estimate.undefined(reason, len(one))
    return estimate(crossing.sums(moments(one, other)), correlation, n=len(one), within=SIGNED)


def moments(one: Floats, other: Floats) -> list[Floats]:
    """Of ranks: what their correlation is a function of, summed over rows."""
    first, second = _centred_ranks(one), _centred_ranks(other)
    return [first, second, first * first, second * second, first * second, np.ones(len(one))]


def _undefined(one: Floats, other: Floats) -> str:
    if len(one) < ENOUGH:
        return TOO_FEW
    return CONSTANT if np.ptp(one) == 0 or np.ptp(other) == 0 else ""


def _centred_ranks(values: Floats) -> Floats:
    """About 0 and below 1, so that sums of their squares lose no digits."""
    ranks = stats.rankdata(values)
    centred: Floats = (ranks - ranks.mean()) / max(len(ranks), 1)
    return centred


def correlation(total: Floats) -> Floats:
    """Pearson's, from sums of both, of their squares, of their products, and the number of pairs."""
    one, other, square, other_square, product, n = np.moveaxis(total, -1, 0)
    n = np.maximum(n, 1)
    spread = (square - one * one / n) * (other_square - other * other / n)
    rho: Floats = np.divide(
        product - one * other / n,
        np.sqrt(np.maximum(spread, 0)),
        out=np.full(np.shape(n), np.nan),
        where=spread > 1e-18,
    )
    return rho
