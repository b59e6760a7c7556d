"""Shares from sums, and Wilson's interval, which a share of clustered labels has for fewer observations than there are labels."""

from math import sqrt
from typing import Any

import numpy as np
import numpy.typing as npt

type Floats = npt.NDArray[np.float64]

NO_MODE = "No failure mode has been named yet."


def wilson(share: float, n: float, reach: float) -> tuple[float, float]:
    """The score interval: Wilson (1927), Journal of the American Statistical Association 22:209-212.

    ``n`` observations, ``reach`` in standard errors. Of clustered labels ``n`` is how many independent ones would have
    their variance: Korn and Graubard (1998), Survey Methodology 24:193-201.
    """
    room = reach**2 / n
    centre = (share + room / 2) / (1 + room)
    half = reach * sqrt(share * (1 - share) / n + room / (4 * n)) / (1 + room)
    return max(0.0, centre - half), min(1.0, centre + half)


def ratio(total: Floats) -> Any:
    """The first column by the second; NaN where that is nothing."""
    below = total[..., 1]
    return np.divide(total[..., 0], below, out=np.full(np.shape(below), np.nan), where=below > 0)


def shares(total: Floats) -> Any:
    """Each column by the sum of all; NaN where that is nothing."""
    whole = total.sum(axis=-1, keepdims=True)
    return np.divide(total, whole, out=np.full(np.shape(total), np.nan), where=whole > 0)
