"""A system and one human against the same references: the majority of the unit's other humans."""

import numpy as np
import pytest

from reports.stats.ceiling import NO_CEILING, against_others, human_ceiling
from reports.stats.crossing import Crossing
from reports.stats.estimate import Estimate
from tests.reports.matrices import ratings_of

NAN = np.nan
UNITS, SUBJECTS = 40_000, 400


def interval(found: Estimate) -> tuple[float, float]:
    assert found.low is not None
    assert found.high is not None
    return found.low, found.high


@pytest.mark.parametrize("raters", [2, 3, 4, 5])
def test_a_system_exactly_as_good_as_one_human_reaches_the_ceiling(raters):
    """Each unit has a chance of yes of its own; humans and the system draw from it. With one reference for all it would not."""
    chance = np.random.default_rng([7, raters])
    likely = chance.beta(0.5, 1.5, UNITS)
    humans = ratings_of((chance.random((raters, UNITS)) < likely) * 1.0, np.arange(UNITS) % SUBJECTS)
    system = np.where(chance.random(UNITS) < likely, 1.0, 0.0)
    found = against_others(humans, [system], Crossing.of(humans.subject))
    assert found.gap.value == pytest.approx(0, abs=0.03)  # about three standard errors
    low, high = interval(found.gap)
    assert low < 0 < high
    worse = against_others(
        humans, [np.where(chance.random(UNITS) < 0.3, 1 - system, system)], Crossing.of(humans.subject)
    )
    assert interval(worse.gap)[0] > 0.1


def test_both_face_the_same_others_by_a_plain_loop():
    matrix = np.array([[1, 1, 0, 0, 1], [1, 0, 1, 0, NAN], [0, 1, NAN, 0, NAN], [1, 0, NAN, 1, NAN]])
    system = np.array([1, 0, 1, NAN, 1])
    pairs: dict[str, list[tuple[float, bool]]] = {"system": [], "human": []}
    for unit in range(5):
        judged = [rater for rater in range(4) if not np.isnan(matrix[rater, unit])]
        for rater in judged if len(judged) > 1 and not np.isnan(system[unit]) else []:
            others = [matrix[other, unit] for other in judged if other != rater]
            true = 2 * sum(others) > len(others)
            pairs["system"].append((system[unit], true))
            pairs["human"].append((matrix[rater, unit], true))
    ratings = ratings_of(matrix)
    found = against_others(ratings, [system], Crossing.of(ratings.subject))
    for name, rows in pairs.items():
        hits = sum(said * true for said, true in rows)
        expected = 2 * hits / sum(said + true for said, true in rows)
        assert getattr(found, name).value == pytest.approx(expected)
    reached = [found.system.value or 0, found.human.value or 1]
    assert found.gap.value == pytest.approx(1 - reached[0] / reached[1])


def test_systems_are_pooled_and_units_of_one_human_say_nothing():
    ratings = ratings_of(np.array([[1, 0, 1], [1, 1, NAN]]))
    crossing = Crossing.of(ratings.subject)
    one, other = np.array([1.0, NAN, 1]), np.array([NAN, 0.0, NAN])
    pooled = against_others(ratings, [one, other], crossing)
    together = against_others(ratings, [np.array([1.0, 0, NAN])], crossing)
    assert pooled.system.value == together.system.value
    assert human_ceiling(ratings_of([[1, 0, 1]]), crossing).reason == NO_CEILING
