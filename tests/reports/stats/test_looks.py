"""Five looks: the levels spend what they may, and a look reads what had come in by then."""

import numpy as np
import pytest
from scipy import stats

from reports.stats.looks import LOOKS, REACHES, in_look, level_of, looks_due, ratings_of


@pytest.mark.parametrize("overall", [0.95, 0.90])
def test_reaches_spend_what_lan_and_demets_allow(overall):
    """The chance to leave upwards at each look, by integrating over what has not left before."""
    side = (1 - overall) / 2
    shares = np.arange(1, LOOKS + 1) / LOOKS
    spent = 2 * stats.norm.sf(stats.norm.isf(side / 2) / np.sqrt(shares))
    grid, mass, left = np.zeros(1), np.ones(1), 0.0
    for share, reach, allowed in zip(shares, REACHES[overall], spent, strict=True):
        border, step = reach * np.sqrt(share), np.sqrt(1 / LOOKS)
        left += float(mass @ stats.norm.sf((border - grid) / step))
        assert left == pytest.approx(allowed, rel=2e-3)
        following, width = np.linspace(-8, border, 1500, retstep=True)
        mass = width * stats.norm.pdf((following[:, None] - grid) / step) @ mass / step
        mass[[0, -1]] /= 2
        grid = following
    assert left == pytest.approx(side, rel=2e-3)


def test_levels_begin_high_and_end_near_the_overall_one():
    levels = [level_of(look, 0.95) for look in range(1, LOOKS + 1)]
    assert levels == sorted(levels, reverse=True)
    assert levels[0] > 0.99999
    assert levels[-1] == pytest.approx(0.9577, abs=1e-4)


@pytest.mark.parametrize(("ratings", "due"), [(0, 0), (19, 0), (20, 1), (21, 1), (99, 4), (100, 5), (170, 5)])
def test_a_look_is_due_with_each_fifth_of_the_plan(ratings, due):
    assert looks_due(ratings, planned=100) == due


def test_every_look_that_is_due_has_the_ratings_it_reads():
    for planned in range(1, 40):
        for ratings in range(planned + 1):
            assert all(ratings_of(look, planned) <= ratings for look in range(1, looks_due(ratings, planned) + 1))


def test_nothing_planned_has_no_look():
    assert looks_due(5, planned=0) == 0


def test_a_look_reads_the_first_ratings_and_as_many_silent_comparisons():
    moment = np.array([9, 1, 0, 5, 5, 0, 3, 0, 0, 0])
    rated = np.array([True, True, False, True, True, False, True, False, False, False])
    assert in_look(moment, rated, 2, planned=5).nonzero()[0].tolist() == [1, 2, 5, 6]
    assert in_look(moment, rated, 3, planned=5).nonzero()[0].tolist() == [1, 2, 3, 5, 6, 7]


def test_what_comes_later_changes_no_earlier_look():
    chance = np.random.default_rng(1)
    moment, rated = chance.permutation(60), np.ones(60, dtype=np.bool_)
    early = moment < 37
    for look in (1, 2, 3):
        assert (in_look(moment, rated, look, 60)[early] == in_look(moment[early], rated[early], look, 60)).all()


@pytest.mark.parametrize("overall", [0.95, 0.90])
def test_looks_of_several_verdicts_may_err_together_as_often_as_one_may(overall):
    alone, three = ([1 - level_of(look, overall, at_once) for look in range(1, LOOKS + 1)] for at_once in (1, 3))
    assert sum(three) * 3 == pytest.approx(1 - overall)
    assert np.array(three) / alone == pytest.approx(np.full(LOOKS, three[0] / alone[0])), "in the same proportions"
