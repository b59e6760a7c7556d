"""Repeats and gold."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from reports.stats.agreement import ONE_LABEL
from reports.stats.crossing import ALONE
from reports.stats.reliability import (
    NO_GOLD,
    NO_REPEATS,
    Repeats,
    find_repeats,
    gold_accuracy,
    intra_rater,
    median_over_raters,
)

SCALE = [1, 2, 3, 4, 5]
pairs = st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), min_size=1, max_size=30)


def test_repeats_are_matched_with_the_first_presentation():
    repeats = find_repeats(
        unit=np.array([1, 1, 2, 1, 3, 1]),
        rater=np.array([0, 0, 0, 1, 1, 0]),
        presentation=np.array([1, 0, 0, 1, 0, 2]),
        label=np.array([4.0, 5, 1, 3, 2, 5]),
    )
    assert repeats.first.tolist() == [5, 5]
    assert repeats.again.tolist() == [4, 5]


@given(pairs)
def test_weighted_kappa_is_scikit_learns(rows):
    first, again = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    found = intra_rater(Repeats(first, again, np.arange(len(first))), SCALE)
    assert found.exact.value == pytest.approx((first == again).mean())
    if len({*first, *again}) == 1:
        assert found.kappa.reason == ONE_LABEL
    else:
        expected = cohen_kappa_score(first, again, weights="quadratic", labels=SCALE)
        assert found.kappa.value == pytest.approx(expected, abs=1e-12)


def test_nobody_repeated_says_so():
    nothing = find_repeats(unit=np.array([1]), rater=np.array([0]), presentation=np.array([0]), label=np.array([1.0]))
    assert intra_rater(nothing, SCALE).exact.reason == NO_REPEATS
    orphan = find_repeats(unit=np.array([1]), rater=np.array([0]), presentation=np.array([1]), label=np.array([1.0]))
    assert intra_rater(orphan, SCALE).kappa.reason == NO_REPEATS


def test_gold_accuracy_has_an_interval_over_raters():
    found = gold_accuracy(label=np.array([1.0] * 9 + [2]), expected=np.ones(10), rater=np.arange(10) // 2)
    assert (found.value, found.n) == (0.9, 10)
    assert found.over == "raters"
    assert (found.low or 1) < 0.9 < (found.high or 0)
    one_rater = gold_accuracy(label=np.array([1.0, 2]), expected=np.ones(2), rater=np.zeros(2, dtype=np.int64))
    assert one_rater.no_interval == ALONE.format("rater")
    assert gold_accuracy(label=np.array([]), expected=np.array([]), rater=np.array([], dtype=int)).reason == NO_GOLD


@given(st.lists(st.integers(1, 9), min_size=2, max_size=40), st.integers(2, 7))
def test_a_median_lies_in_its_interval_which_is_of_values_that_were_there(values, raters):
    found = median_over_raters(np.array(values, dtype=float), np.arange(len(values)) % raters)
    assert found.value == np.median(values)
    ends = [min(values), found.low, found.value, found.high, max(values)]
    assert None not in ends
    assert ends == sorted(ends)
    assert found.over == "raters"


def test_a_median_of_one_rater_has_no_interval_and_says_why():
    found = median_over_raters(np.arange(1.0, 6), np.zeros(5, dtype=np.int64))
    assert (found.value, found.low, found.no_interval) == (3, None, ALONE.format("rater"))
