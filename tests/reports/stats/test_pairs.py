"""Cohen's kappa of each pair of raters."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from reports.stats.agreement import ONE_LABEL
from reports.stats.crossing import Crossing
from reports.stats.pairs import ALL_UNDEFINED, NO_OVERLAP, NO_PAIR, mean_kappas, pair_kappa
from tests.reports.matrices import ratings_of

NAN = np.nan
SCALE = [0, 1, 2]
cells = st.lists(st.lists(st.sampled_from([0.0, 1.0, 2.0, NAN]), min_size=4, max_size=4), min_size=1, max_size=12).map(
    lambda rows: np.array(rows).T
)


def kappa(one, other):
    return pair_kappa(np.asarray(one, dtype=float), np.asarray(other, dtype=float), Crossing.of(np.arange(len(one))))


def of_table(table):
    """Of a published table of two labels."""
    rows = [(one, other) for one in (0, 1) for other in (0, 1) for _ in range(table[one][other])]
    return kappa(*zip(*rows, strict=True)).value


def mean(matrix, ones=None, others=None, scale=SCALE):
    ratings = ratings_of(matrix)
    everybody = np.ones(ratings.raters, dtype=bool)
    groups = [(everybody if ones is None else ones, everybody if others is None else others)]
    return mean_kappas(ratings, scale, Crossing.of(ratings.subject), everybody, groups)[0]


def test_kappa_shows_the_published_paradox():
    # Feinstein and Cicchetti (1990): the same agreement of 85 %, balanced and unbalanced.
    assert of_table([[40, 9], [6, 45]]) == pytest.approx(0.70, abs=5e-3)
    assert of_table([[80, 10], [5, 5]]) == pytest.approx(0.32, abs=5e-3)
    assert of_table([[118, 5], [2, 0]]) == pytest.approx(-0.0234, abs=5e-5)


@given(cells)
def test_every_pair_is_as_scikit_learn_says(matrix):
    for one, other in ((0, 1), (0, 3), (2, 1)):
        both = ~np.isnan(matrix[one]) & ~np.isnan(matrix[other])
        found = kappa(matrix[one], matrix[other])
        first, second = matrix[one][both], matrix[other][both]
        if not both.any():
            assert found.reason == NO_OVERLAP
        elif len({*first, *second}) == 1:
            assert (found.reason, found.n) == (ONE_LABEL, both.sum())
        else:
            expected = cohen_kappa_score(first, second, weights="quadratic", labels=SCALE)
            assert found.value == pytest.approx(expected, abs=1e-12)


@given(cells, st.permutations(range(4)))
def test_mean_kappa_is_that_of_its_pairs_whatever_the_order_of_raters(matrix, order):
    pairs = [kappa(matrix[one], matrix[other]) for other in range(4) for one in range(other)]
    defined = [pair for pair in pairs if pair.value is not None]
    for found in (mean(matrix), mean(matrix[order])):
        if not defined:
            assert found.reason in {NO_PAIR, ALL_UNDEFINED}
            continue
        assert found.n == sum(pair.n for pair in defined)
        expected = np.average([pair.value for pair in defined], weights=[pair.n for pair in defined])
        assert found.value == pytest.approx(expected, abs=1e-12)


def test_mean_kappa_weighs_pairs_by_common_units():
    matrix = np.array([[0, 1, 0, 1, NAN, NAN], [0, 1, 0, 1, 0, 1], [NAN, NAN, NAN, NAN, 1, 0]])
    group = np.array([True, True, False])
    assert mean(matrix).value == pytest.approx((4 - 2) / 6)
    assert mean(matrix, group, group).value == 1
    assert mean(matrix, ~group, group).value == -1
    assert mean(matrix, ~group, ~group).reason == NO_PAIR


def test_pairs_of_one_label_have_no_mean():
    assert mean([[1, 1], [1, 1]]).reason == ALL_UNDEFINED
    assert mean([[1, 1]]).reason == NO_PAIR


def test_the_first_order_interval_of_one_pair_is_near_that_of_leaving_subjects_out():
    chance = np.random.default_rng(4)
    subject = np.repeat(np.arange(60), 5)
    latent = chance.normal(0, 0.8, 60)[subject] + chance.normal(0, 0.5, 300)
    matrix = (latent + chance.normal(0, 0.6, (2, 300)) > 0) * 1.0
    ratings = ratings_of(matrix, subject)
    everybody = np.ones(2, dtype=bool)
    crossing = Crossing.of(ratings.subject)
    (found,) = mean_kappas(ratings, [0, 1], crossing, everybody, [(everybody, everybody)])
    pair = pair_kappa(matrix[0], matrix[1], crossing)
    assert found.value == pytest.approx(pair.value)
    assert (found.low, found.high) == pytest.approx((pair.low, pair.high), abs=0.01)
    assert found.over == "subjects"  # two raters are too few to stand for others


def test_models_stand_for_no_other_models():
    chance = np.random.default_rng(6)
    ratings = ratings_of((chance.random((14, 80)) < 0.5) * 1.0, np.arange(80) % 20)
    humans = np.arange(14) < 7
    groups = [(humans, humans), (~humans, ~humans), (humans, ~humans)]
    found = mean_kappas(ratings, [0, 1], Crossing.of(ratings.subject), humans, groups)
    assert [each.over for each in found] == ["subjects and raters", "subjects", "subjects and raters"]
