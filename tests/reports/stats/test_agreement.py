"""Agreement on published examples, and what must hold for any data."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.stats.agreement import (
    NO_PAIRS,
    ONE_LABEL,
    AgreementFigure,
    CountTable,
    Dominant,
    agreement,
    fleiss_kappa,
    gwet_ac1,
    krippendorff_alpha,
    percent_agreement,
)
from reports.stats.estimate import Estimate
from reports.stats.explaining import explain, explain_all, is_paradox
from tests.reports.matrices import counts_of, ratings_of

NAN = np.nan
# Fleiss (1971), table 1: 30 patients, 6 of the psychiatrists each; depression, personality disorder, schizophrenia,
# neurosis, other.
FLEISS = [
    (0, 0, 0, 6, 0),
    (0, 3, 0, 0, 3),
    (0, 1, 4, 0, 1),
    (0, 0, 0, 0, 6),
    (0, 3, 0, 3, 0),
    (2, 0, 4, 0, 0),
    (0, 0, 4, 0, 2),
    (2, 0, 3, 1, 0),
    (2, 0, 0, 4, 0),
    (0, 0, 0, 0, 6),
    (1, 0, 0, 5, 0),
    (1, 1, 0, 4, 0),
    (0, 3, 3, 0, 0),
    (1, 0, 0, 5, 0),
    (0, 2, 0, 3, 1),
    (0, 0, 5, 0, 1),
    (3, 0, 0, 1, 2),
    (5, 1, 0, 0, 0),
    (0, 2, 0, 4, 0),
    (1, 0, 2, 0, 3),
    (0, 0, 0, 0, 6),
    (0, 1, 0, 5, 0),
    (0, 2, 0, 1, 3),
    (2, 0, 0, 4, 0),
    (1, 0, 0, 4, 1),
    (0, 5, 0, 1, 0),
    (4, 0, 0, 0, 2),
    (0, 2, 0, 4, 0),
    (1, 0, 5, 0, 0),
    (0, 0, 0, 0, 6),
]
# Krippendorff (2011), section C: 4 observers, 12 units, with gaps.
KRIPPENDORFF = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
    [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
]
cells = st.lists(st.lists(st.sampled_from([0.0, 1.0, 2.0, NAN]), min_size=4, max_size=4), min_size=1, max_size=12).map(
    lambda rows: np.array(rows).T
)


def table(matrix, categories=None):
    return CountTable.of(ratings_of(matrix), categories)


def values(matrix):
    figures = agreement(ratings_of(matrix), [0, 1, 2], ordinal=True).figures
    return {figure: (estimate.reason, estimate.value, estimate.n) for figure, estimate in figures.items()}


def alike(one, other):
    assert one.keys() == other.keys()
    for figure, (reason, value, n) in one.items():
        assert (reason, n) == (other[figure][0], other[figure][2])
        assert value == pytest.approx(other[figure][1], abs=1e-12)


def test_fleiss_kappa_is_the_published_one():
    counts = counts_of(FLEISS)
    assert fleiss_kappa(counts).value == pytest.approx(0.430, abs=5e-4)
    assert percent_agreement(counts).value == pytest.approx(0.5556, abs=5e-5)


def test_krippendorffs_alpha_is_the_published_one():
    assert krippendorff_alpha(table(KRIPPENDORFF), "nominal").value == pytest.approx(0.743, abs=5e-4)
    assert krippendorff_alpha(table(KRIPPENDORFF), "ordinal").value == pytest.approx(0.815, abs=5e-4)


def test_figures_with_gaps_are_gwets():
    # Gwet (2021), Handbook, 5th edition, volume 1, and his package irrCAC on the same 12 units.
    counts = table(KRIPPENDORFF)
    assert gwet_ac1(counts).value == pytest.approx(0.77544, abs=5e-6)
    assert fleiss_kappa(counts).value == pytest.approx(0.76117, abs=5e-6)
    assert percent_agreement(counts).value == pytest.approx(0.81818, abs=5e-6)


def test_gwets_ac1_is_the_published_one():
    # Gwet (2014), Handbook: two abstractors class 100 pregnancies as 13 + 20 + 56 alike and 11 not.
    counts = [(2, 0, 0)] * 13 + [(0, 2, 0)] * 20 + [(0, 0, 2)] * 56 + [(0, 1, 1)] * 11
    assert gwet_ac1(counts_of(counts)).value == pytest.approx(0.849, abs=5e-4)


def test_gwets_ac1_is_high_where_kappa_is_below_zero():
    # Gwet (2002), Statistical Methods for Inter-Rater Reliability Assessment no. 1: 118 + 5 + 2 + 0 of 125 subjects.
    counts = counts_of([(2, 0)] * 118 + [(1, 1)] * 7)
    assert gwet_ac1(counts).value == pytest.approx(0.941, abs=5e-4)
    assert fleiss_kappa(counts).value == pytest.approx(-0.0288, abs=5e-5)


def test_paradox_is_explained():
    counts = counts_of([(2, 0)] * 118 + [(1, 1)] * 7)
    matrix = np.array([[0] * 118 + [1] * 5 + [0] * 2, [0] * 118 + [0] * 5 + [1] * 2])
    said = explain_all(agreement(ratings_of(matrix), [0, 1]))
    assert "94 times in 100" in said[AgreementFigure.PERCENT]
    assert "does not mean that raters contradict each other" in said[AgreementFigure.FLEISS]
    assert "97 % of all labels are the same one" in said[AgreementFigure.ALPHA_NOMINAL]
    assert "contradict" not in said[AgreementFigure.AC1]
    assert not is_paradox(AgreementFigure.FLEISS, fleiss_kappa(counts), None, None)


@pytest.mark.parametrize(
    ("alpha", "ac1", "share", "is_one"),
    [(0.015, 0.569, 0.78, True), (0.2, 0.5, 0.7, True), (0.21, 0.5, 0.7, False), (0.015, 0.569, 0.69, False)],
)
def test_paradox_is_one_label_and_an_ac1_far_ahead_however_often_raters_agree(alpha, ac1, share, is_one):
    """Where raters accept nearly everything: agreement 0.646, alpha 0.015, AC1 0.569."""
    figure, found = AgreementFigure.ALPHA_NOMINAL, Estimate(value=alpha)
    dominant, percent = Dominant(1.0, share), Estimate(value=0.646)
    assert is_paradox(figure, found, Estimate(value=ac1), dominant) == is_one
    said = explain(figure, found, percent=percent, ac1=Estimate(value=ac1), dominant=dominant)
    assert ("does not mean that raters contradict each other" in said) == is_one


def test_explanations_say_why_there_is_no_figure():
    figure = fleiss_kappa(table([[1, 1, 1]]))
    assert explain(AgreementFigure.FLEISS, figure) == f"Fleiss' kappa cannot be given. {NO_PAIRS}"
    assert "almost perfect" in explain(AgreementFigure.FLEISS, fleiss_kappa(table([[0, 1], [0, 1]])))
    assert "less agreement than raters who answer by chance" in explain(
        AgreementFigure.FLEISS, fleiss_kappa(table([[0], [1]]))
    )


def test_one_rater_has_no_agreement():
    assert {figure[0] for figure in values([[0, 1, 2]]).values()} == {NO_PAIRS}


def test_nothing_judged_has_no_agreement():
    assert {figure[0] for figure in values(np.full((2, 3), NAN)).values()} == {NO_PAIRS}


def test_raters_who_always_say_the_same_have_no_kappa():
    figures = values([[1, 1, 1], [1, 1, NAN]])
    assert figures[AgreementFigure.PERCENT] == ("", 1.0, 2)
    assert figures[AgreementFigure.AC1] == ("", 1.0, 2)
    assert {
        figures[one][0]
        for one in (AgreementFigure.FLEISS, AgreementFigure.ALPHA_NOMINAL, AgreementFigure.ALPHA_ORDINAL)
    } == {ONE_LABEL}


def test_one_unit_of_two_labels_is_below_chance():
    figures = values([[0], [1]])
    assert figures[AgreementFigure.PERCENT][1] == 0
    assert figures[AgreementFigure.FLEISS][1] == -1


def test_weights_are_repetitions():
    ratings = ratings_of(KRIPPENDORFF)
    weights = np.array([0.0, 2, 1, 3, 1, 2, 1, 1, 0, 1, 2, 4])
    repeated = np.repeat(np.array(KRIPPENDORFF), weights.astype(int), axis=1)
    weighted = agreement(ratings, [1, 2, 3, 4, 5], ordinal=True, weights=weights).figures
    expected = agreement(ratings_of(repeated), [1, 2, 3, 4, 5], ordinal=True).figures
    for figure, estimate in weighted.items():
        assert estimate.value == pytest.approx(expected[figure].value, abs=1e-12)


@given(cells, st.randoms(use_true_random=False))
def test_order_of_raters_and_units_means_nothing(matrix, chance):
    raters, units = list(range(matrix.shape[0])), list(range(matrix.shape[1]))
    chance.shuffle(raters)
    chance.shuffle(units)
    alike(values(matrix), values(matrix[raters][:, units]))


@given(cells, st.permutations([0, 1, 2]))
def test_names_of_labels_mean_nothing_to_nominal_figures(matrix, names):
    renamed = np.where(np.isnan(matrix), NAN, np.array(names, dtype=float)[np.nan_to_num(matrix).astype(int)])
    before, after = values(matrix), values(renamed)
    del before[AgreementFigure.ALPHA_ORDINAL], after[AgreementFigure.ALPHA_ORDINAL]
    alike(before, after)


@given(cells)
def test_reversed_scale_changes_nothing(matrix):
    alike(values(matrix), values(2 - matrix))


@given(cells)
def test_who_did_not_judge_means_nothing(matrix):
    silent = np.vstack([matrix, np.full(matrix.shape[1], NAN)])
    unjudged = np.hstack([silent, np.full((silent.shape[0], 1), NAN)])
    alike(values(matrix), values(unjudged))


@given(cells)
def test_figures_are_at_most_one_or_say_why_not(matrix):
    for reason, value, _ in values(matrix).values():
        assert reason or value <= 1 + 1e-12
