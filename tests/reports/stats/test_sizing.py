"""The planner's promise: what it proposes with a chance of 80 % settles so many studies whose truth is one it reckons with."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.planner_simulation import LEAST, MARGIN, MOST, Pilot, plan, play
from reports.stats.assurance import Sizes, Truths
from reports.stats.sizing import (
    PROMPTS,
    RATERS,
    SUBJECTS,
    WANTED_CHANCE,
    Planner,
    Size,
    changed,
    raters_needed,
    smallest,
)

STUDIES = 400
PILOT = Pilot(subjects=20, raters=8, prompts=10)


@pytest.fixture(scope="module")
def planner() -> Planner:
    return plan(PILOT, Truths.one(0.0, [0.35, 0.1, 0.2, 0.5, 0.8]), np.random.default_rng(4))


def sure_of(planner: Planner, truth: Truths) -> Planner:
    """The same, as if this were known to be so."""
    times = 500
    return replace(planner, truths=Truths(np.repeat(truth.effect, times), np.repeat(truth.variances, times, axis=0)))


@pytest.fixture(scope="module")
def proposal(planner: Planner) -> Size:
    return proposed(planner)


def proposed(planner: Planner) -> Size:
    size = planner.cheapest()
    assert size is not None
    assert size != planner.now.size
    return size


def promise(proposal: Size, reckoned: Planner) -> float:
    """The share of studies settled by a proposal, with truths as ``reckoned`` has them."""
    return float(next(play(PILOT, proposal, [reckoned.truths], STUDIES, np.random.default_rng(6))).mean())


def test_a_proposal_settles_as_many_as_it_says(planner, proposal):
    error = 2 * (WANTED_CHANCE * (1 - WANTED_CHANCE) / STUDIES) ** 0.5
    assert LEAST - error <= promise(proposal, planner) <= MOST + error


def test_a_planner_that_trusts_its_estimates_breaks_the_promise(planner):
    """So that the test above can fail: the same study, taken for the truth."""
    middle = Truths(np.median(planner.truths.effect, keepdims=True), np.median(planner.truths.variances, axis=0)[None])
    trusting = sure_of(planner, middle)
    assert promise(proposed(trusting), planner) < LEAST - 0.05


def test_the_proposal_is_cheapest_of_its_neighbours_and_no_larger_than_it_has_to_be(planner, proposal):
    size = proposal
    assert planner.rough_chance(size) >= WANTED_CHANCE
    for lever in (SUBJECTS, RATERS, PROMPTS):
        if size[lever] > planner.now.size[lever]:
            assert planner.rough_chance(changed(size, lever, size[lever] - 1)) < WANTED_CHANCE
        alone = planner.enough(planner.now.size, lever)
        if alone is not None:
            assert planner.price(planner.more(size)) <= planner.price(planner.more(alone))


def test_dear_raters_make_for_fewer_of_them(planner, proposal):
    dear = replace(planner, price=lambda more: 0.2 * more.ratings + 500 * more.raters)
    assert proposed(dear)[RATERS] < proposal[RATERS]


def test_no_size_settles_an_effect_at_the_margin(planner):
    """Half of the estimates reach it; of the others a twentieth lies far enough below."""
    at_margin = sure_of(planner, Truths.one(MARGIN, [0.35, 0.1, 0.2, 0.5, 0.8]))
    assert at_margin.cheapest() is None
    assert at_margin.rough_chance(at_margin.largest) == pytest.approx(0.55, abs=0.03)


def test_smallest_is_the_first_that_does():
    assert smallest(lambda count: count >= 7, 3, 20) == 7
    assert smallest(lambda count: count >= 7, 9, 20) == 9
    assert smallest(lambda count: count >= 70, 3, 20) is None


def test_raters_who_differ_more_have_to_be_more():
    sizes = Sizes(subject=100, prompt=40, rater=6, comparison=400, rating=1200)
    needed = [raters_needed([0.35, 0.15, sd, 0.5, 0.8], sizes, 0.25, fewest=6, most=400) for sd in (0.05, 0.3, 0.5)]
    alike, usual, apart = (count or 0 for count in needed)
    assert alike == 6
    assert 12 < usual < 35
    assert apart > usual
    few = Sizes(subject=8, prompt=10, rater=6, comparison=16, rating=16)
    assert raters_needed([0.35, 0.15, 0.3, 0.5, 0.8], few, 0.1, fewest=6, most=400) is None
