"""What raters notice: its mean and interval, where there is none, and that they keep what they say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.stats.decision import NO_CONTROLS, Controls
from reports.stats.estimate import Estimate
from reports.stats.sensitivity import control_factors, controls, sensitivity

MARGIN = 0.25


def crossed(raters: int, pairs: int) -> tuple[np.ndarray, np.ndarray]:
    rater, pair = np.divmod(np.arange(raters * pairs), pairs)
    return rater, pair


def answered(points: list[float], raters: int = 6) -> Controls:
    values = np.array(points, dtype=np.float64)
    every = np.arange(len(values))
    return controls(values, every % raters, every // raters)


def bounds(found: Estimate) -> tuple[float, float, float]:
    assert None not in (found.low, found.value, found.high)
    return found.low or 0.0, found.value or 0.0, found.high or 0.0


def test_the_mean_is_over_judgments_and_the_interval_over_raters_and_pairs():
    rater, pair = crossed(6, 10)
    chance = np.random.default_rng(3)
    points = np.clip(np.round(1.2 + chance.normal(0, 0.4, 6)[rater] + chance.normal(0, 0.7, 60)), -2, 2)
    found = controls(points, rater, pair)
    assert (found.judgments, found.raters) == (60, 6)
    assert found.sensitivity.value == pytest.approx(points.mean())
    assert found.sensitivity.over == "raters and pairs"
    low, middle, high = bounds(found.sensitivity)
    assert low < middle < high
    alone = points.std(ddof=1) / np.sqrt(60)
    assert middle - low > 1.96 * alone, "raters differ, and others would too"


def test_nothing_is_said_below_the_floor():
    assert controls(np.zeros(0), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)) == NO_CONTROLS
    for few in (answered([2.0, 1.0] * 14 + [2.0]), answered([2.0, 1.0] * 30, raters=2)):
        assert not few.suffice
        assert few.sensitivity.value is None
        assert "fewer than 30 judgments by 3 raters nothing is said" in few.sensitivity.reason
        assert not few.missed
        assert not few.shows(MARGIN)
    assert answered([2.0, 1.0] * 15, raters=3).suffice


@pytest.mark.parametrize(
    ("points", "missed", "shows"),
    [
        ([2.0] * 30, False, True),
        ([2.0] * 29 + [1.0], False, True),
        ([0.0] * 30, True, False),
        ([0.0] * 29 + [1.0], True, False),
        ([-2.0] * 30, True, False),
        ([2.0, -2.0, 0.0, 0.0] * 30, True, False),
    ],
)
def test_equal_answers_say_what_almost_equal_ones_say(points, missed, shows):
    found = answered(points, raters=3)
    assert (found.missed, found.shows(MARGIN)) == (missed, shows)


@given(st.lists(st.sampled_from([-2.0, -1.0, 0.0, 1.0, 2.0]), min_size=30, max_size=60), st.integers(3, 7))
def test_the_interval_holds_the_mean_stays_on_the_scale_and_turns_with_it(points, raters):
    low, middle, high = bounds(answered(points, raters).sensitivity)
    turned = bounds(answered([-each for each in points], raters).sensitivity)
    assert middle == pytest.approx(np.mean(points))
    assert -2 <= low <= middle <= high <= 2
    assert turned == pytest.approx((-high, -middle, -low))


@pytest.mark.parametrize(("raters", "pairs"), [(6, 17), (3, 10), (12, 9)])
def test_the_interval_covers_what_other_raters_and_pairs_would_show(raters, pairs):
    """Raters of unlike care, pairs of unlike difficulty; labels are rounded and end at the scale's ends."""
    chance, (rater, pair), studies = np.random.default_rng(raters), crossed(raters, pairs), 400

    def labels(of_rater: np.ndarray, of_pair: np.ndarray, noise: np.ndarray) -> np.ndarray:
        return np.clip(np.round(0.9 + 0.4 * of_rater + 0.4 * of_pair + 0.8 * noise), -2, 2)

    truth = labels(*chance.normal(size=(3, 200_000))).mean()
    drawn = labels(
        chance.normal(size=(raters, studies))[rater],
        chance.normal(size=(pairs, studies))[pair],
        chance.normal(size=(len(rater), studies)),
    )
    found = [bounds(each.interval()) for each in control_factors(rater, pair).means(drawn)]
    covered = np.mean([low <= truth <= high for low, _middle, high in found])
    assert covered > 0.95 - 3 * np.sqrt(0.95 * 0.05 / studies)


def test_a_single_pair_says_nothing_of_other_pairs():
    found = sensitivity(np.ones(30), np.arange(30), np.zeros(30, dtype=np.int64))
    assert found.low is None
    assert "other pairs" in found.no_interval
