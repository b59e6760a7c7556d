"""Looking at most five times, at moments fixed beforehand, without fooling oneself.

Each look has intervals of its own level, so wide at first that all of them together are wrong no more often than one interval
would be: alpha spending as O'Brien and Fleming (1979) spend it, for looks at any moments, by Lan and DeMets (1983),
Biometrika 70:659-663. Looking between the looks changes nothing, as each look reads the ratings that had come in by then,
however late it is computed.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

LOOKS = 5
# After each fifth of the planned ratings: how many standard errors an interval reaches, so that either end is wrong at any of
# the looks in 2.5 % (for 95) or 5 % (for 90). The first row is the table of DeMets and Lan (1994), Statistics in Medicine
# 13:1341-1352; both are computed anew in tests/reports/stats/test_looks.py.
REACHES: Mapping[float, tuple[float, ...]] = {
    0.95: (4.8769, 3.3570, 2.6803, 2.2898, 2.0310),
    0.90: (4.2292, 2.8881, 2.2981, 1.9618, 1.7397),
}

type Flags = npt.NDArray[np.bool_]
type Moments = npt.NDArray[Any]


def level_of(look: int, overall: float, at_once: int = 1) -> float:
    """The level, 0..1, of the intervals of a look, 1 to 5, so that all together hold at ``overall``, 0.95 or 0.90.

    ``at_once``: so many verdicts have looks that hold together. Then the table is of no use, and what each look may err is
    cut down until the sum over looks and verdicts is what all may (Bonferroni), in the table's proportions.
    """
    may_err = 2 * special.ndtr(-np.array(REACHES[overall]))
    if at_once > 1:
        may_err *= (1 - overall) / may_err.sum() / at_once
    return float(1 - may_err[look - 1])


def looks_due(ratings: int, planned: int) -> int:
    """How many looks so many ratings have reached, 0 to 5."""
    return min(LOOKS, LOOKS * ratings // planned) if planned else 0


def in_look(moment: Moments, rated: Flags, look: int, planned: int) -> Flags:
    """Which rows a look reads: the first ratings, as many as were planned by then, and every fifth of what nobody rates a look.

    ``moment`` of each rating's answer; rows of the same moment count in their order. ``rated``: not a silent comparison. If
    all silent ones were there at the first look, the effect would begin near 0 and grow.
    """
    chosen = np.zeros(len(moment), dtype=np.bool_)
    ratings, silent = np.flatnonzero(rated), np.flatnonzero(~rated)
    order = ratings[np.argsort(moment[ratings], kind="stable")]
    chosen[order[: ratings_of(look, planned)]] = True
    chosen[silent[np.arange(len(silent)) % LOOKS < look]] = True
    return chosen


def ratings_of(look: int, planned: int) -> int:
    """After how many ratings a look is due."""
    return -(-planned * look // LOOKS)
