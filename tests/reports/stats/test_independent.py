"""The difference of two independent figures."""

import pytest

from reports.stats.estimate import Estimate
from reports.stats.independent import NO_FIGURE, difference


def test_the_interval_of_a_difference_is_the_published_one():
    # Newcombe (1998), Statistics in Medicine 17:873-890, table II, method 10: 56/70 - 48/80, from Wilson's intervals.
    one = Estimate(value=56 / 70, low=0.6918, high=0.8769, level=0.95)
    other = Estimate(value=48 / 80, low=0.4904, high=0.7004, level=0.95)
    found = difference(one, other)
    assert (found.value, found.low, found.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=2e-4)


def test_what_has_no_figure_or_no_interval_has_none_here():
    one = Estimate(value=0.5, low=0.4, high=0.6)
    assert difference(one, Estimate.undefined("Nothing.")).reason == NO_FIGURE
    found = difference(one, Estimate(value=0.3, no_interval="Alone."))
    assert (found.low, found.no_interval) == (None, "Alone.")
    assert found.value == pytest.approx(0.2)
