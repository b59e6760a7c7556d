"""Do raters notice planted differences? docs/protocol.md, Controls.

The mean of the points towards the right answer (-2 to 2) over all judgments of controls, each weighing the same. Raters and
pairs (control comparisons) are crossed samples: the interval says how it would come out with other raters and other pairs
like these (reports/stats/crossed.py).
"""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from reports.stats.crossed import CrossedFactors, CrossedMean, Factor
from reports.stats.decision import CONTROL_JUDGMENTS, CONTROL_RATERS, NO_CONTROLS, Controls
from reports.stats.estimate import Estimate

type Floats = npt.NDArray[np.float64]
type Indices = npt.NDArray[np.int64]

MOST = 2.0  # points
FEWEST = {"rater": CONTROL_RATERS, "pair": 2}
OVER = "raters and pairs"
TOO_FEW = "{judgments} by {raters}: with fewer than {fewest} judgments by {fewest_raters} raters nothing is said of what raters notice."


def controls(points: Floats, rater: Indices, pair: Indices) -> Controls:
    """What is known of these judgments. ``rater`` and ``pair`` are indices, of each judgment."""
    judgments, raters = len(points), len(np.unique(rater))
    if not judgments:
        return NO_CONTROLS
    found = Controls(judgments, raters, Estimate.undefined(_few(judgments, raters), judgments))
    return replace(found, sensitivity=sensitivity(points, rater, pair)) if found.suffice else found


def sensitivity(points: Floats, rater: Indices, pair: Indices) -> Estimate:
    """With its 95 % interval, which stays on the scale.

    Where all answers are equal nothing tells how far others would be from them, yet a study whose raters were right every time
    has shown more than one with a slip. So the interval is then as wide as if one answer had been a point off.
    """
    crossing = control_factors(rater, pair)
    found = crossing.mean(points, fewest=FEWEST)
    if not found.reason or np.ptp(points) > 0:
        return _on_scale(found)
    slipped = points.copy()
    slipped[0] += -1.0 if points[0] > 0 else 1.0
    return _on_scale(replace(crossing.mean(slipped, fewest=FEWEST), estimate=found.estimate))


def control_factors(rater: Indices, pair: Indices) -> CrossedFactors:
    every = np.arange(len(rater))
    factors = [Factor("rater", rater), Factor("pair", pair), Factor("rating", every)]
    return CrossedFactors(np.full(len(rater), 1 / len(rater)), factors, over=OVER)


def _on_scale(found: CrossedMean) -> Estimate:
    interval = found.interval(0.95)
    if interval.low is None or interval.high is None:
        return interval
    return replace(interval, low=max(interval.low, -MOST), high=min(interval.high, MOST))


def _few(judgments: int, raters: int) -> str:
    return TOO_FEW.format(
        judgments=f"{judgments} judgment{'' if judgments == 1 else 's'}",
        raters=f"{raters} rater{'' if raters == 1 else 's'}",
        fewest=CONTROL_JUDGMENTS,
        fewest_raters=CONTROL_RATERS,
    )
