"""Intervals over crossed samples: what they must cover, and what must and must not move them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from reports.stats.consensus import majority, swings
from reports.stats.crossing import ALONE, FRAGILE, FREE, NO_SPREAD, RATERS, SHARE, SIGNED, Crossing, estimate
from tests.reports.matrices import ratings_of

SUBJECTS_20 = np.arange(20)


def mean(total):
    with np.errstate(invalid="ignore"):
        return total[..., 0] / total[..., 1]


def mean_with_interval(values, within=FREE, **factors):
    sums = Crossing.of(**factors).sums([values, np.ones(len(values))])
    return estimate(sums, mean, n=len(values), within=within)


def test_interval_of_a_mean_over_subjects_is_that_of_student():
    values = np.random.default_rng(5).normal(size=20)
    found = mean_with_interval(values, subjects=SUBJECTS_20)
    assert (found.low, found.high) == pytest.approx(stats.t.interval(0.95, 19, values.mean(), stats.sem(values)))
    assert found.over == "subjects"


def test_what_all_subjects_share_has_the_interval_of_wilson():
    found = mean_with_interval(np.ones(40), SHARE, subjects=np.repeat(SUBJECTS_20, 2))
    reach = stats.t.ppf(0.975, 19)
    assert (found.low, found.high) == (pytest.approx(20 / (20 + reach**2)), 1)


@given(st.integers(0, 10_000))
def test_a_share_lies_in_its_interval_and_that_between_nothing_and_all(seed):
    chance = np.random.default_rng(seed)
    subjects, prompts, raters = (chance.integers(0, size, 80) for size in (9, 14, 7))
    found = mean_with_interval(
        (chance.random(80) < chance.random()) * 1.0, SHARE, subjects=subjects, prompts=prompts, raters=raters
    )
    assert 0 <= found.low <= found.value <= found.high <= 1


def test_prompts_that_belong_to_one_subject_each_add_nothing():
    values, subjects = np.random.default_rng(3).normal(size=60), np.repeat(SUBJECTS_20, 3)
    alone, nested = (
        mean_with_interval(values, subjects=subjects, prompts=prompts) for prompts in (None, np.arange(60))
    )
    assert nested.high - nested.low == pytest.approx(alone.high - alone.low, rel=0.1)
    assert nested.over == "subjects and prompts"


@pytest.mark.parametrize(("prompts", "raters", "over"), [(9, 5, "subjects"), (10, 6, "subjects, prompts and raters")])
def test_few_prompts_or_raters_are_left_out_and_that_is_said(prompts, raters, over):
    row = np.arange(120)
    found = mean_with_interval(row % 7.0, subjects=row % 20, prompts=row // 3 % prompts, raters=row // 5 % raters)
    assert found.over == over


def test_a_figure_without_an_interval_says_why():
    one = np.zeros(3, dtype=np.int64)
    assert mean_with_interval(np.arange(3.0), subjects=one).no_interval == ALONE.format("subject")
    assert mean_with_interval(np.ones(20), subjects=SUBJECTS_20).no_interval == NO_SPREAD
    sums = Crossing.of(SUBJECTS_20).sums([SUBJECTS_20 == 3, SUBJECTS_20 == 3, np.ones(20)])
    found = estimate(sums, mean, n=1, within=SIGNED)
    assert (found.value, found.no_interval, found.failed) == (1, FRAGILE.format("subjects"), 1)
    assert mean_with_interval(np.zeros(0), subjects=np.zeros(0, dtype=np.int64)).value is None


def studies(times):
    """Subjects, prompts and raters that lean; a system's yes beside the majority of three of eight raters."""
    chance = np.random.default_rng(20261127)
    for _ in range(times):
        subject, prompt = np.repeat(np.arange(30), 12), chance.integers(0, 14, 30 * 4).repeat(3)
        latent = chance.normal(0, 0.4, 30)[subject] + chance.normal(0, 0.5, 14)[prompt] + chance.normal(0, 0.5, 360)
        rater = chance.permuted(np.tile(np.arange(8), (360, 1)), axis=1)[:, :3]
        lean = chance.normal(0, 0.5, 8)[rater]
        yes = latent[:, None] + lean + chance.normal(0, 0.8, rater.shape) > 0.3
        matrix = np.full((8, 360), np.nan)
        matrix[rater, np.arange(360)[:, None]] = yes
        yield subject, prompt, matrix


def covered(found, truth):
    return found.low <= truth <= found.high


def test_other_subjects_prompts_and_raters_are_covered_and_subjects_alone_are_not_enough():
    """The truth is the mean of 300 studies: an error of 0.003. 95 % of 300 studies may be 91 % by chance."""
    found = [both_intervals(*study) for study in studies(300)]
    truth = float(np.mean([crossed.value for crossed, _ in found]))
    crossed, alone = (np.mean([covered(one[place], truth) for one in found]) for place in (0, 1))
    assert 0.91 <= crossed <= 0.995
    assert alone < 0.8


def both_intervals(subject, prompt, matrix):
    """The share of yes of the consensus: whose raters are counted by the swing of each label."""
    ratings = ratings_of(matrix, subject)
    label = majority(ratings, [0, 1], otherwise=0).label
    lost = np.bincount(ratings.rater, weights=swings(ratings, [0, 1], otherwise=0)[:, 1])
    columns = [label, np.ones(len(label))]
    with_raters = Crossing.of(subject, prompt).sums(columns).without_levels(RATERS, np.stack([lost, 0 * lost], axis=1))
    return (
        estimate(with_raters, mean, n=360, within=SHARE),
        estimate(Crossing.of(subject).sums(columns), mean, n=360, within=SHARE),
    )


def test_a_swing_is_what_another_rater_of_the_unit_would_have_changed():
    """Two yes and a no: without the no, another would have said yes; without a yes, a tie of the rest decides by half."""
    rows = swings(ratings_of([[1.0], [1.0], [0.0]]), [0, 1], otherwise=0)
    assert rows[:, 1] == pytest.approx([0.5, 0.5, 0])
    assert rows.sum(axis=1) == pytest.approx(0)
