"""The difference of two figures of two studies, which share no subject, prompt or rater."""

from math import sqrt

from reports.stats.estimate import Estimate

NO_FIGURE = "One of the two studies has no such figure."


def difference(one: Estimate, other: Estimate) -> Estimate:
    """The first minus the second. Its interval is made of both, each at the end that matters.

    The method of variance estimates recovery, which keeps intervals that are longer on one side: Zou and Donner (2008),
    Statistics in Medicine 27:1693-1702.
    """
    if one.value is None or other.value is None:
        return Estimate.undefined(NO_FIGURE)
    value, n = one.value - other.value, one.n + other.n
    if one.low is None or one.high is None or other.low is None or other.high is None:
        return Estimate(value=value, n=n, no_interval=one.no_interval or other.no_interval)
    below = sqrt((one.value - one.low) ** 2 + (other.high - other.value) ** 2)
    above = sqrt((one.high - one.value) ** 2 + (other.value - other.low) ** 2)
    return Estimate(value=value, n=n, low=value - below, high=value + above, level=one.level)
