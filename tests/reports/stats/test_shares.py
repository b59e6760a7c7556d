"""Shares and Wilson's interval."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, norm

from judgments.oversight import intervals
from reports.stats.shares import ratio, shares, wilson

REACH = norm.ppf(0.975)


def test_wilsons_interval_is_the_published_one():
    # Newcombe (1998), Statistics in Medicine 17:857-872, table I, method 3: score without continuity correction.
    published = {
        (81, 263): (0.2553, 0.3662),
        (15, 148): (0.0624, 0.1605),
        (0, 20): (0, 0.1611),
        (1, 29): (0.0061, 0.1718),
    }
    for (successes, n), interval in published.items():
        assert wilson(successes / n, n, REACH) == pytest.approx(interval, abs=5e-5)


@given(st.integers(0, 400), st.integers(1, 400), st.sampled_from([0.9, 0.95, 0.99]))
def test_wilsons_interval_is_scipys(successes, n, level):
    hits = min(successes, n)
    expected = binomtest(hits, n).proportion_ci(level, method="wilson")
    assert wilson(hits / n, n, norm.ppf((1 + level) / 2)) == pytest.approx((expected.low, expected.high), abs=1e-9)


@given(st.integers(0, 400), st.integers(1, 400))
def test_interval_of_the_rater_list_is_the_same(successes, n):
    """``judgments`` can't ask reports, and these statistics stand alone: the formula is written twice, and held equal."""
    share = min(successes, n) / n
    assert intervals.wilson(share, n) == pytest.approx(wilson(share, n, REACH), abs=1e-12)


def test_what_divides_by_nothing_is_not_a_number():
    assert shares(np.array([1.0, 3.0])) == pytest.approx([0.25, 0.75])
    assert ratio(np.array([1.0, 4.0])) == 0.25
    assert np.isnan(shares(np.zeros(2))).all()
    assert np.isnan(ratio(np.zeros(2)))
