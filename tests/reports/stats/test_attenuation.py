"""A judge beside one human: both freed of the noise of a mean of few."""

import numpy as np
import pytest

from reports.stats.attenuation import TOO_FEW, UNRELIABLE, beside_one_human
from reports.stats.crossing import Crossing
from tests.reports.matrices import ratings_of

UNITS = 6_000


def found(raters, judge_noise, seed=5):
    """Humans and a judge who see the same worth of each unit, each with noise of their own."""
    chance = np.random.default_rng([seed, raters])
    worth = chance.normal(size=UNITS)
    humans = ratings_of(worth + chance.normal(0, 1.5, (raters, UNITS)), np.arange(UNITS) % 300)
    return beside_one_human(worth + chance.normal(0, judge_noise, UNITS), humans, Crossing.of(humans.subject))


@pytest.mark.parametrize("raters", [2, 3, 5])
def test_a_judge_as_good_as_one_human_reaches_the_same_figure_however_many_judged(raters):
    one = found(raters, judge_noise=1.5)
    # The correlation of one human with the worth itself, of ranks of normal values: 6/pi asin(r/2), r = 1/sqrt(1 + 1.5**2).
    expected = 6 / np.pi * np.arcsin(1 / np.sqrt(1 + 1.5**2) / 2)
    assert one.judge_corrected.value == pytest.approx(expected, abs=0.05)
    assert one.human_corrected.value == pytest.approx(expected, abs=0.05)


def test_the_noise_of_few_humans_no_longer_hides_a_better_judge():
    one = found(2, judge_noise=0.5)
    assert one.judge.value is not None and one.judge.value < 0.7
    assert one.judge_corrected.value == pytest.approx(0.88, abs=0.05)
    assert one.judge_corrected.low is not None and one.human_corrected.high is not None
    assert one.judge_corrected.low > one.human_corrected.high


def test_without_two_humans_or_any_agreement_the_reason_is_given():
    chance = np.random.default_rng(1)
    lone = ratings_of(chance.integers(1, 6, (1, 9)).astype(float))
    assert beside_one_human(np.arange(9.0), lone, Crossing.of(lone.subject)).judge.reason == TOO_FEW
    opposite = ratings_of(np.array([[1.0, 2, 3, 4, 5, 1], [5.0, 4, 3, 2, 1, 5]]))
    against = beside_one_human(np.arange(6.0), opposite, Crossing.of(opposite.subject))
    assert against.judge_corrected.reason == UNRELIABLE
