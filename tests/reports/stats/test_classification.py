"""Raters against the consensus, compared with scikit-learn and with a plain loop."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    f1_score,
    matthews_corrcoef,
    precision_score,
    recall_score,
)

from reports.stats import consensus
from reports.stats.classification import (
    NEITHER,
    NEVER_SAID,
    NEVER_TRUE,
    NO_REFERENCE,
    compare,
    flipped,
    score_raters,
)
from reports.stats.crossing import Crossing
from tests.reports.matrices import ratings_of

NAN = np.nan
HUMANS = np.array([True, True, True, False])
cells = st.lists(st.lists(st.sampled_from([0.0, 1.0, NAN]), min_size=4, max_size=4), min_size=1, max_size=14).map(
    lambda rows: np.array(rows).T
)


def scored(matrix, humans=HUMANS):
    ratings = ratings_of(matrix)
    agreed = consensus.majority(ratings.of_raters(humans), [0, 1], otherwise=0)
    compared = compare(ratings, agreed, humans)
    return score_raters(ratings, compared, Crossing.of(ratings.subject), said=ratings.label == 1)


def reference(matrix, rater):
    """Per unit the majority of the other humans, by a plain loop; None without one."""
    others = [one for one in range(3) if one != rater]
    for unit in range(matrix.shape[1]):
        labels = [matrix[one, unit] for one in others if not np.isnan(matrix[one, unit])]
        yield (sum(labels) * 2 > len(labels)) if labels else None


@given(cells)
def test_scores_are_as_scikit_learn_says(matrix):
    for rater, scores in enumerate(scored(matrix)):
        pairs = [
            (said, true)
            for said, true in zip(matrix[rater], reference(matrix, rater), strict=True)
            if true is not None and not np.isnan(said)
        ]
        if not pairs:
            assert scores.f1.reason == scores.accuracy.reason == scores.over_selection.reason == NO_REFERENCE
            continue
        said, true = (np.array(column, dtype=bool) for column in zip(*pairs, strict=True))
        assert scores.accuracy.value == pytest.approx(accuracy_score(true, said), abs=1e-12)
        assert scores.over_selection.value == pytest.approx(said.mean() - true.mean(), abs=1e-12)
        for found, expected, defined in (
            (scores.precision, precision_score, said.any()),
            (scores.recall, recall_score, true.any()),
            (scores.f1, f1_score, said.any() or true.any()),
        ):
            if defined:
                assert found.value == pytest.approx(expected(true, said, zero_division=0), abs=1e-12)
            else:
                assert found.reason in {NEVER_SAID, NEVER_TRUE, NEITHER}
        if said.any() and not said.all() and true.any() and not true.all():
            assert scores.mcc.value == pytest.approx(matthews_corrcoef(true, said), abs=1e-12)
            assert scores.balanced_accuracy.value == pytest.approx(balanced_accuracy_score(true, said), abs=1e-12)


def test_leave_one_out_is_the_majority_of_the_others():
    scores = scored([[1, 1, 0, 0], [1, 0, 1, 0], [1, 1, 1, 0], [1, 1, 1, 1]])
    # The others of the first human agree on yes, nothing, yes, no: a tie is no.
    assert scores[0].f1.value == pytest.approx(2 / 4)
    assert scores[3].f1.value == pytest.approx(6 / 7)
    assert scores[3].over_selection.value == pytest.approx(1 / 4)
    assert scores[3].over_selection_ratio.value == pytest.approx(4 / 3)
    assert [one.left_out for one in scores] == [True, True, True, False]


def test_model_that_always_says_yes_has_full_recall():
    scores = scored([[1, 0, 0, 0], [1, 0, 0, 0], [1, 0, 1, 0], [1, 1, 1, 1]])[3]
    assert (scores.recall.value, scores.precision.value, scores.yes_rate.value) == (1, 0.25, 1)
    assert 0 < scores.yes_rate.low < scores.yes_rate.high == 1


def test_rater_who_never_says_yes_has_no_precision():
    scores = scored([[1, 0], [1, 0], [1, 0], [0, 0]])[3]
    assert (scores.precision.reason, scores.recall.value, scores.f1.value) == (NEVER_SAID, 0, 0)


def test_lone_human_has_no_reference():
    scores = scored([[1, 0], [NAN, NAN], [NAN, NAN], [1, 1]])
    assert scores[0].f1.reason == NO_REFERENCE
    assert scores[0].yes_rate.value == 0.5
    assert scores[3].f1.value == pytest.approx(2 / 3)


def test_whoever_has_to_find_the_no_is_scored_the_other_way_round():
    ratings = ratings_of([[1, 1, 0, 0], [1, 0, 1, 0], [1, 1, 1, 0], [0, 1, 1, 0]])
    agreed = consensus.majority(ratings.of_raters(HUMANS), [0, 1], otherwise=0)
    turned = flipped(compare(ratings, agreed, HUMANS))
    found = score_raters(ratings, turned, Crossing.of(ratings.subject), said=ratings.label == 0)[3]
    assert (found.precision.value, found.recall.value, found.yes_rate.value) == (0.5, 1, 0.5)
