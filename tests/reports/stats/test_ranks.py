"""Rank correlation: a published example, and an interval that heeds subjects."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.stats import ranks
from reports.stats.crossing import Crossing
from reports.stats.ranks import spearman, spearman_crossed

# The worked example of the encyclopedias: intelligence and hours of television of ten people, rho = -29/165.
INTELLIGENCE = np.array([106, 100, 86, 101, 99, 103, 97, 113, 112, 110], dtype=float)
TELEVISION = np.array([7, 27, 2, 50, 28, 29, 20, 12, 6, 17], dtype=float)


def by_subject(one, other, subject):
    return spearman_crossed(one, other, Crossing.of(np.asarray(subject)))


def test_rho_of_the_worked_example():
    assert spearman(INTELLIGENCE, TELEVISION).value == pytest.approx(-29 / 165, abs=1e-12)
    assert by_subject(INTELLIGENCE, TELEVISION, np.arange(10)).value == pytest.approx(-29 / 165, abs=1e-12)


@given(st.integers(0, 10_000))
def test_both_ways_agree_with_ties_and_any_order_of_rows(seed):
    chance = np.random.default_rng(seed)
    one, other = chance.integers(1, 6, (2, 40)).astype(float)
    subject, order = chance.integers(0, 9, 40), chance.permutation(40)
    found = by_subject(one, other, subject)
    assert found.value == pytest.approx(spearman(one, other).value, abs=1e-12)
    assert by_subject(one[order], other[order], subject[order]).value == pytest.approx(found.value, abs=1e-12)
    # Only the order of the values counts, whatever they are called.
    assert by_subject(one**3, other, subject).value == pytest.approx(found.value, abs=1e-12)
    assert by_subject(-one, other, subject).value == pytest.approx(-found.value, abs=1e-12)


def test_interval_is_wider_where_subjects_repeat_themselves():
    chance = np.random.default_rng(3)
    one, other = chance.normal(size=(2, 20))
    alone = by_subject(one, other, np.arange(20))
    # Ten answers of one subject that are all the same say no more than one.
    repeated = by_subject(np.repeat(one, 10), np.repeat(other, 10), np.repeat(np.arange(20), 10))
    taken_for_independent = by_subject(np.repeat(one, 10), np.repeat(other, 10), np.arange(200))
    assert (repeated.low, repeated.high) == pytest.approx((alone.low, alone.high), abs=1e-9)
    assert taken_for_independent.high - taken_for_independent.low < (repeated.high - repeated.low) / 2


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [([1.0, 2.0], [1.0, 2.0], ranks.TOO_FEW), ([3.0, 3.0, 3.0], [1.0, 2.0, 3.0], ranks.CONSTANT)],
)
def test_no_rho_where_there_is_no_order(one, other, reason):
    found = by_subject(np.array(one), np.array(other), np.arange(len(one)))
    assert (found.value, found.reason) == (None, reason)
