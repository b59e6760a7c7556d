"""Looking again and again without fooling oneself: an asymptotic confidence sequence for a mean.

Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (2024), Time-uniform central limit theory and asymptotic confidence
sequences, Annals of Statistics 52:2613-2640 (their theorem 2.2 and the tuning of its appendix). An ordinary 95 %
interval is right at one look that was fixed beforehand. This one is right at all of them together, so that a study may
stop at the first look that settles it; it pays for that by being wider.
"""

from math import exp, log, sqrt

import numpy as np
import numpy.typing as npt

from reports.stats.estimate import Estimate

FEWEST = 10  # below, the normal approximation it rests on is not worth its name
TOO_FEW = f"Fewer than {FEWEST} subjects: too few for a rule that is right at every look."

NO_SPREAD = "All subjects are equal, so nothing tells how far others would be from them."


def confidence_sequence(values: npt.NDArray[np.float64], *, level: float = 0.95, tuned_for: int = 100) -> Estimate:
    """Of the mean of independent values, one for each subject. ``tuned_for``: the number at which it is narrowest."""
    n = len(values)
    if n < FEWEST:
        return Estimate.undefined(TOO_FEW, n)
    if np.ptp(values) == 0:
        return Estimate.undefined(NO_SPREAD, n)
    reach = sequence_reach(n, float(values.std(ddof=1)), level=level, tuned_for=tuned_for)
    mean = float(values.mean())
    return Estimate(value=mean, n=n, low=mean - reach, high=mean + reach, level=level, clusters=n)


def sequence_reach(n: int, deviation: float, *, level: float, tuned_for: int) -> float:
    """Half the width after ``n`` values."""
    alpha = 1 - level
    squared = _rho_squared(alpha, tuned_for)
    return deviation * sqrt(2 * (n * squared + 1) / (n * n * squared) * log(sqrt(n * squared + 1) / alpha))


def _rho_squared(alpha: float, tuned_for: int) -> float:
    """The parameter that makes the sequence about as narrow as it can be at ``tuned_for`` values."""
    if not 0 < alpha < exp(-0.5):
        raise ValueError("The level must lie between 0.4 and 1.")
    return (-2 * log(alpha) + log(-2 * log(alpha) + 1)) / tuned_for
