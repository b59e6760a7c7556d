"""The verdict by the intervals alone: docs/protocol.md, What the report must answer, 5."""

from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from reports.stats.estimate import Estimate

type Numbers = float | npt.NDArray[np.float64]


class Word(StrEnum):
    BETTER = "better"
    NO_DIFFERENCE = "no meaningful difference"
    WORSE = "worse"
    NOT_ENOUGH = "not enough evidence yet"


def decide(effect: Estimate, effect_90: Estimate, margin: float) -> Word:
    """``effect`` with its 95 % and ``effect_90`` with its 90 % interval, in points; 0 is no difference.

    Better and worse are two one-sided tests at 2.5 %, and both ask for an effect of at least the margin. No meaningful
    difference is the two one-sided tests of equivalence at 5 %: Schuirmann (1987), Journal of Pharmacokinetics and
    Biopharmaceutics 15:657-680.
    """
    if effect.value is None or effect.low is None or effect.high is None:
        return Word.NOT_ENOUGH
    if is_better(effect.value, effect.low, margin):
        return Word.BETTER
    if is_worse(effect.value, effect.high, margin):
        return Word.WORSE
    if effect_90.low is not None and effect_90.high is not None and is_same(effect_90.low, effect_90.high, margin):
        return Word.NO_DIFFERENCE
    return Word.NOT_ENOUGH


def is_better(value: Numbers, low: Numbers, margin: float) -> Any:
    """``low`` of the 95 % interval. Of one study, or of each of many."""
    return np.greater(low, 0) & np.greater_equal(value, margin)


def is_worse(value: Numbers, high: Numbers, margin: float) -> Any:
    """``high`` of the 95 % interval."""
    return np.less(high, 0) & np.less_equal(value, -margin)


def is_same(low: Numbers, high: Numbers, margin: float) -> Any:
    """``low`` and ``high`` of the 90 % interval: wholly within the margin, not at it."""
    return np.greater(low, -margin) & np.less(high, margin)
