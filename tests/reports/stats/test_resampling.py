"""Intervals over subjects: the published widening, and what must and must not move them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from reports.stats.resampling import MOST_KEPT, Resampling, expanded_tail, mean_of


def mean(total):
    return mean_of(total[..., 0], total[..., 1])


def interval(values, subject, *, seed=1):
    sums = np.stack([np.bincount(subject, weights=values), np.bincount(subject)], axis=1).astype(float)
    return Resampling(seed=seed).statistic(sums, mean, n=len(values))


@pytest.mark.parametrize(("clusters", "tail"), [(5, 0.0010), (10, 0.0086), (20, 0.0159), (1000, 0.0249)])
def test_tails_are_moved_out_as_hesterberg_says(clusters, tail):
    assert expanded_tail(0.95, clusters) == pytest.approx(tail, abs=1e-4)


def test_interval_of_a_mean_is_that_of_student_where_labels_are_normal():
    values = np.random.default_rng(5).normal(size=60)
    found = interval(values, np.arange(60))
    low, high = stats.t.interval(0.95, 59, loc=values.mean(), scale=stats.sem(values))
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.03)


@given(st.integers(0, 10_000))
def test_names_and_order_of_subjects_mean_nothing_to_the_figure(seed):
    chance = np.random.default_rng(seed)
    values, subject = chance.normal(size=30), chance.integers(0, 8, 30)
    order, names = chance.permutation(30), chance.permutation(8)
    found, moved = interval(values, subject), interval(values[order], names[subject[order]])
    assert moved.value == pytest.approx(found.value)
    assert (moved.n, moved.clusters) == (found.n, found.clusters)


def test_same_seed_same_interval_and_another_one_hardly_differs():
    values = np.random.default_rng(7).normal(size=50)
    first, again, other = (interval(values, np.arange(50), seed=seed) for seed in (1, 1, 2))
    assert (first.low, first.high) == (again.low, again.high)
    assert (other.low, other.high) == pytest.approx((first.low, first.high), abs=0.06)


def test_subjects_without_judgments_change_nothing():
    values, subject = np.array([1.0, 2.0, 4.0, 4.0]), np.array([0, 1, 2, 2])
    gap = np.where(subject == 2, 9, subject)
    found, with_gaps = interval(values, subject), interval(values, gap)
    assert (found.value, found.low, found.high, found.clusters) == (
        with_gaps.value,
        with_gaps.low,
        with_gaps.high,
        with_gaps.clusters,
    )


def test_one_subject_has_a_figure_and_no_interval_and_none_has_a_reason():
    alone = interval(np.array([1.0, 3.0]), np.array([0, 0]))
    assert (alone.value, alone.low, alone.clusters) == (2.0, None, 1)
    nobody = Resampling(seed=1).statistic(np.zeros((3, 2)), mean, n=0)
    assert nobody.value is None
    assert nobody.reason


def test_groups_of_many_sizes_fill_no_memory_and_have_the_figures_they_have_alone():
    values = np.random.default_rng(2).normal(size=1500)
    sums = [np.stack([values[:size], np.ones(size)], axis=1) for size in range(1496, 1500)]
    resampling = Resampling(seed=3)
    together = [resampling.statistic(each, mean, n=len(each)) for each in [*sums, *sums]]
    kept = sum(weights.size for weights in resampling._drawn.values())
    assert together[0] == together[len(sums)] == Resampling(seed=3).statistic(sums[0], mean, n=len(sums[0]))
    assert kept <= MOST_KEPT
