"""Shares and Wilson's interval."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from judgments.oversight import intervals
from reports.stats.shares import (
    NO_MODE,
    NOTHING,
    counts_by_subject,
    failure_mode_shares,
    shares_of,
    wilson,
)

SCALE = [1, 2, 3]
labels = st.lists(st.sampled_from([1.0, 2.0, 3.0]), min_size=1, max_size=30).map(np.array)


def test_wilsons_interval_is_the_published_one():
    # Newcombe (1998), Statistics in Medicine 17:857-872, table I, method 3: score without continuity correction.
    published = {
        (81, 263): (0.2553, 0.3662),
        (15, 148): (0.0624, 0.1605),
        (0, 20): (0, 0.1611),
        (1, 29): (0.0061, 0.1718),
    }
    for (successes, n), interval in published.items():
        found = wilson(successes, n)
        assert (found.low, found.high) == pytest.approx(interval, abs=5e-5)


@given(st.integers(0, 400), st.integers(1, 400), st.sampled_from([0.9, 0.95, 0.99]))
def test_wilsons_interval_is_scipys(successes, n, level):
    found = wilson(min(successes, n), n, level)
    expected = binomtest(min(successes, n), n).proportion_ci(level, method="wilson")
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-9)
    assert found.low is not None and found.high is not None
    assert found.low <= min(successes, n) / n <= found.high


@given(st.integers(0, 400), st.integers(1, 400))
def test_interval_of_the_rater_list_is_the_same(successes, n):
    """``judgments`` can't ask reports, and these statistics stand alone: the formula is written twice, and held equal."""
    found = wilson(min(successes, n), n)
    assert intervals.wilson(min(successes, n) / n, n) == pytest.approx((found.low, found.high), abs=1e-12)


def test_nothing_judged_has_no_share():
    assert wilson(0, 0).reason == NOTHING
    assert {one.reason for one in failure_mode_shares(["", ""], ["a", "b"]).values()} == {NO_MODE}


def test_failure_modes_are_shares_of_those_named():
    shares = failure_mode_shares(["a", "a", "", "b", "a"], ["a", "b", "c"])
    assert {mode: (one.value, one.n) for mode, one in shares.items()} == {"a": (0.75, 4), "b": (0.25, 4), "c": (0, 4)}


@given(labels, st.lists(st.integers(0, 2), min_size=30, max_size=30))
def test_sums_over_subjects_give_the_shares_of_all(given_labels, subjects):
    subject = np.array(subjects[: len(given_labels)])
    counts = counts_by_subject(given_labels, subject, 3, SCALE)
    expected = [float((given_labels == label).mean()) for label in SCALE]
    assert shares_of(counts.sum(axis=0)) == pytest.approx(expected)
    for number in set(subject.tolist()):
        assert shares_of(counts[number]).sum() == pytest.approx(1)
    assert np.isnan(shares_of([[0, 0]])).all()
