"""The long form, and the consensus of docs/protocol.md on it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.stats import consensus
from reports.stats.ratings import Ratings
from tests.reports.matrices import ratings_of

NAN = np.nan
matrices = st.lists(
    st.lists(st.sampled_from([1.0, 2.0, 3.0, NAN]), min_size=5, max_size=5), min_size=1, max_size=10
).map(lambda rows: np.array(rows).T)


def test_rows_of_any_keys_become_indices():
    ratings = Ratings.from_rows(
        units=["u", "v", "u"], raters=[("a", 1), ("a", 1), ("b", 2)], labels=[1, 0, 1], subjects=["s", "s", "s"]
    )
    assert (ratings.units, ratings.raters, ratings.subjects, len(ratings)) == (2, 2, 1, 3)
    assert ratings.rater_keys.tolist() == [("a", 1), ("b", 2)]
    assert ratings.counts([0, 1]).tolist() == [[0, 2], [1, 0]]


def test_whole_numbers_keep_their_order():
    ratings = Ratings.from_rows(units=np.array([30, 10]), raters=np.array([7, 7]), labels=[0, 1])
    assert ratings.unit_keys.tolist() == [10, 30]
    assert ratings.unit.tolist() == [1, 0]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ({"units": [1, 1], "raters": [1, 1], "labels": [0, 1]}, "twice"),
        ({"units": [1], "raters": [1], "labels": [NAN]}, "missing row"),
        ({"units": [1, 1], "raters": [1, 2], "labels": [0, 1], "subjects": [1, 2]}, "one subject"),
        ({"units": [1, 2], "raters": [1], "labels": [0]}, "equally many"),
        ({"units": [1, 2], "raters": [1, 1], "labels": [0, 1], "subjects": [1]}, "subject"),
    ],
)
def test_rows_that_contradict_are_refused(rows, message):
    with pytest.raises(ValueError, match=message):
        Ratings.from_rows(**rows)


def test_label_off_the_scale_is_refused():
    with pytest.raises(ValueError, match="not on the scale"):
        ratings_of([[1, 2.5]]).counts([1, 2, 3])


@given(matrices)
def test_matrix_comes_back(matrix):
    np.testing.assert_array_equal(ratings_of(matrix).matrix(), matrix)


@given(matrices)
def test_consensus_is_that_of_the_protocol(matrix):
    ratings = ratings_of(matrix)
    found, mean = consensus.majority(ratings, [1, 2, 3], otherwise=2), consensus.mean(ratings)
    for unit in range(matrix.shape[1]):
        labels = [label for label in matrix[:, unit] if not np.isnan(label)]
        assert found.raters[unit] == len(labels)
        assert found.known[unit] == mean.known[unit] == bool(labels)
        if labels:
            agreed = [label for label in (1, 2, 3) if 2 * labels.count(label) > len(labels)]
            assert found.label[unit] == (agreed[0] if agreed else 2)
            assert mean.label[unit] == pytest.approx(sum(labels) / len(labels))
