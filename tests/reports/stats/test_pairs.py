"""Cohen's kappa of each pair of raters."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from reports.stats.agreement import ONE_LABEL
from reports.stats.pairs import (
    ALL_UNDEFINED,
    NO_OVERLAP,
    NO_PAIR,
    cohen_kappa,
    from_matrices,
    from_rows,
    quadratic_weights,
    rater_pairs,
)
from tests.reports.matrices import ratings_of

NAN = np.nan
cells = st.lists(st.lists(st.sampled_from([0.0, 1.0, 2.0, NAN]), min_size=4, max_size=4), min_size=1, max_size=12).map(
    lambda rows: np.array(rows).T
)


def test_cohens_kappa_is_the_published_one():
    # Cohen (1960), tables 1 (proportions) and 2 (frequencies of 200).
    assert cohen_kappa([[25, 13, 12], [12, 2, 16], [3, 15, 2]]).value == pytest.approx(-0.092, abs=5e-4)
    assert cohen_kappa([[88, 14, 18], [10, 40, 10], [2, 6, 12]]).value == pytest.approx(0.492, abs=5e-4)


def test_kappa_shows_the_published_paradox():
    # Feinstein and Cicchetti (1990): the same agreement of 85 %, balanced and unbalanced.
    assert cohen_kappa([[40, 9], [6, 45]]).value == pytest.approx(0.70, abs=5e-3)
    assert cohen_kappa([[80, 10], [5, 5]]).value == pytest.approx(0.32, abs=5e-3)
    assert cohen_kappa([[118, 5], [2, 0]]).value == pytest.approx(-0.0234, abs=5e-5)


def test_weighted_kappa_is_the_published_one():
    # Stata's manual, kap: two radiologists, 85 mammograms.
    table = np.array([[21, 12, 0, 0], [4, 17, 1, 0], [3, 9, 15, 2], [0, 0, 0, 1]])
    linear = np.abs(np.subtract.outer(np.arange(4), np.arange(4)))
    assert cohen_kappa(table).value == pytest.approx(0.4728, abs=5e-5)
    assert cohen_kappa(table, linear).value == pytest.approx(0.5684, abs=5e-5)


@given(cells)
def test_every_pair_is_as_scikit_learn_says(matrix):
    pairs = rater_pairs(ratings_of(matrix), [0, 1, 2])
    for one in range(4):
        for other in range(4):
            both = ~np.isnan(matrix[one]) & ~np.isnan(matrix[other])
            found = pairs.kappa(one, other)
            if one == other or not both.any():
                assert found.reason == NO_OVERLAP
                continue
            first, second = matrix[one][both], matrix[other][both]
            if len({*first, *second}) == 1:
                assert (found.reason, found.n) == (ONE_LABEL, both.sum())
                continue
            assert found.value == pytest.approx(cohen_kappa_score(first, second), abs=1e-12)
            assert pairs.percent(one, other).value == pytest.approx((first == second).mean(), abs=1e-12)
            table = pairs.table(one, other)
            assert table is not None
            weighted = cohen_kappa_score(first, second, weights="quadratic", labels=[0, 1, 2])
            assert cohen_kappa(table, quadratic_weights([0, 1, 2])).value == pytest.approx(weighted, abs=1e-12)


@given(cells)
def test_both_ways_of_counting_give_the_same_tables(matrix):
    ratings = ratings_of(matrix)
    one, other = (way(ratings, np.array([0.0, 1, 2])) for way in (from_matrices, from_rows))
    for name in ("first", "second", "tables"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


@given(cells, st.permutations(range(4)))
def test_mean_kappa_ignores_the_order_of_raters(matrix, order):
    before = rater_pairs(ratings_of(matrix), [0, 1, 2]).mean_kappa()
    after = rater_pairs(ratings_of(matrix[order]), [0, 1, 2]).mean_kappa()
    assert (before.reason, before.n) == (after.reason, after.n)
    assert before.value == pytest.approx(after.value, abs=1e-12)


def test_mean_kappa_weighs_pairs_by_common_units():
    matrix = np.array([[0, 1, 0, 1, NAN, NAN], [0, 1, 0, 1, 0, 1], [NAN, NAN, NAN, NAN, 1, 0]])
    pairs = rater_pairs(ratings_of(matrix))
    assert pairs.kappa(0, 1).value == 1
    assert pairs.kappa(2, 1).value == -1
    assert pairs.mean_kappa().value == pytest.approx((4 - 2) / 6)
    groups = np.array([True, True, False])
    assert pairs.mean_kappa(pairs.between(groups, groups)).value == 1
    assert pairs.mean_kappa(pairs.between(~groups, groups)).value == -1
    assert pairs.mean_kappa(pairs.between(~groups, ~groups)).reason == NO_PAIR


def test_pairs_of_one_label_have_no_mean():
    assert rater_pairs(ratings_of([[1, 1], [1, 1]])).mean_kappa().reason == ALL_UNDEFINED
    assert rater_pairs(ratings_of([[1, 1]])).mean_kappa().reason == NO_PAIR
