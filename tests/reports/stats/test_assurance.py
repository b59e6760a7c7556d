"""What may be true, and how likely a study settles it: against the interval, against closed forms, and against studies that are judged."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.planner_simulation import MARGIN, Pilot, layout, rated, settles
from reports.stats.assurance import FACTORS, Forecast, Sizes, Truths, half_width, truths_of
from reports.stats.crossed import CrossedFactors
from reports.stats.endpoint import FEWEST, Judged, one_arm

DEVIATIONS = [0.35, 0.15, 0.3, 0.5, 0.8]
PILOT = Pilot(subjects=30, raters=8, prompts=12)


@cache
def pilot() -> tuple[Judged, CrossedFactors]:
    judged = layout(PILOT, np.random.default_rng(1))
    return judged, one_arm(judged)


def test_the_effect_is_drawn_as_far_as_its_interval_reaches():
    judged, crossing = pilot()
    values = rated(judged, 0.2, np.square(DEVIATIONS), np.random.default_rng(2))
    truths = truths_of(crossing, values, draws=4000, chance=np.random.default_rng(3))
    interval = crossing.mean(values, fewest=FEWEST).interval()
    low, high = np.quantile(truths.effect, [0.025, 0.975])
    assert low == pytest.approx(interval.low, abs=0.04)
    assert high == pytest.approx(interval.high, abs=0.04)


def test_variances_are_drawn_around_the_estimates_and_far_above_where_levels_are_few():
    judged, crossing = pilot()
    values = rated(judged, 0.2, np.square(DEVIATIONS), np.random.default_rng(2))
    truths = truths_of(crossing, values, draws=4000, chance=np.random.default_rng(3))
    estimated = crossing.mean(values).components
    middle, high = np.quantile(truths.variances, [0.5, 0.95], axis=0)
    assert middle[2] == pytest.approx(estimated["rater"], rel=0.25)
    assert middle[4] == pytest.approx(estimated["rating"], rel=0.05)
    assert high[2] > 2 * estimated["rater"] > 0  # eight raters
    assert high[4] < 1.4 * estimated["rating"]


def test_what_the_design_cannot_tell_apart_has_no_variance():
    judged = layout(Pilot(30, 8, 12, k=1), np.random.default_rng(1))
    crossing = one_arm(judged)
    values = rated(judged, 0.0, np.square(DEVIATIONS), np.random.default_rng(2))
    truths = truths_of(crossing, values, draws=50, chance=np.random.default_rng(3))
    assert (truths.variances[:, FACTORS.index("rating")] == 0).all()
    assert np.isfinite(Forecast(truths, MARGIN, studies=5, seed=1).chances(Sizes.of(crossing, nested=False))).all()


@pytest.mark.parametrize("effect", [0.0, 0.25, 0.4])
def test_studies_settle_as_often_as_is_foretold(effect):
    judged, crossing = pilot()
    foretold = Forecast(Truths.one(effect, DEVIATIONS), MARGIN, studies=4000, seed=1).chance(
        Sizes.of(crossing, nested=False)
    )
    chance = np.random.default_rng(5)
    found = np.mean([settles(crossing, rated(judged, effect, np.square(DEVIATIONS), chance)) for _study in range(400)])
    assert found == pytest.approx(foretold, abs=0.03 + 3 * (foretold * (1 - foretold) / 400) ** 0.5)


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(["subjects", "raters", "prompts"]), st.floats(1.2, 8), st.floats(-0.6, 0.6))
def test_larger_studies_settle_at_least_as_often(lever, times, effect):
    """Save at the margin itself, where an estimate on the wrong side of it settles nothing however exact."""
    sizes = Sizes(subject=30, prompt=12, rater=8, comparison=120, rating=360)
    forecast = Forecast(Truths.one(effect, DEVIATIONS), MARGIN, studies=2000, seed=1)
    assert forecast.chance(sizes.grown(**{lever: times})) >= forecast.chance(sizes) - 0.05


def test_growing_a_study_grows_what_it_brings():
    sizes = Sizes(subject=30, prompt=12, rater=8, comparison=120, rating=360)
    more = sizes.grown(subjects=2, prompts=3)
    assert more.levels.tolist() == [60, 36, 8, 720, 2160]
    nested = Sizes(30, 120, 8, 120, 360, nested=True)
    assert nested.grown(subjects=2).levels.tolist() == [60, 240, 8, 240, 720]


@pytest.mark.parametrize(("raters", "student"), [(3, 0.51), (6, 0.25), (12, 0.16)])
def test_raters_alone_leave_the_effect_open_by_so_much(raters, student):
    """Raters whose means have a standard deviation of 0.3; a claim of no difference reaches further the fewer they are."""
    from scipy import stats  # noqa: PLC0415 - large

    assert stats.t.ppf(0.95, raters - 1) * 0.3 / raters**0.5 == pytest.approx(student, abs=0.005)
    assert student < half_width(0.3, raters) < 2 * student
    assert half_width(0.3, 4 * raters) < half_width(0.3, raters) / 2
    assert half_width(0.6, raters) == pytest.approx(2 * half_width(0.3, raters))
