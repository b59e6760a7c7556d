"""Raters who don't read: whatever chance makes of the effect, controls keep it from becoming a result."""

from collections import Counter

import numpy as np
import pytest

from benchmarks.verdict_cells import DesignCell
from benchmarks.verdict_studies import draw_design
from reports.stats.decision import NO_CONTROLS, Controls, EffectIntervals, Sample, Word, verdict
from reports.stats.endpoint import FEWEST
from reports.stats.estimate import Estimate
from reports.stats.sensitivity import control_factors

MARGIN, STUDIES = 0.25, 400
CELL = DesignCell(
    subjects=50,
    raters=12,
    prompts=20,
    rater_sd=0.3,
    prompt_sd=0.15,
    skewed=False,
    pattern="unbalanced",
    k=3,
    silent=0.0,
    arms=1,
    nested=False,
    at_margin=False,
)
SAMPLE = Sample(real_conversations=200, subjects=CELL.subjects, raters=CELL.raters, prompts=CELL.prompts)
POINTS = np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
NOTHING = Estimate.undefined("Not looked at here.")
HABITS = {
    "any of the five": ((0.2, 0.2, 0.2, 0.2, 0.2), 0.7),
    "mostly no difference": ((0.05, 0.1, 0.7, 0.1, 0.05), 0.95),
    "one end, whichever side it is on": ((0.5, 0.0, 0.0, 0.0, 0.5), 0.4),
}


def words_of(shares: tuple[float, ...], *, pairs: int = 9) -> Counter[Word]:
    """``pairs``: controls that each rater judges; 9 make 108 judgments."""
    chance = np.random.default_rng(11)
    design = draw_design(CELL, chance)
    labels = chance.choice(POINTS, p=shares, size=(len(design.subject), STUDIES))
    effects = design.crossing().means(labels, fewest=FEWEST)
    found: Counter[Word] = Counter()
    for effect, judged in zip(effects, _controls(shares, pairs, chance), strict=True):
        intervals = EffectIntervals(effect.interval(0.95), effect.equivalence(0.90))
        these = EffectIntervals(NOTHING, NOTHING)
        found[verdict(SAMPLE, judged, others=intervals, these=these, margin=MARGIN).word] += 1
    return found


def _controls(shares: tuple[float, ...], pairs: int, chance: np.random.Generator) -> list[Controls]:
    if not pairs:
        return [NO_CONTROLS] * STUDIES
    rater, pair = np.divmod(np.arange(CELL.raters * pairs), pairs)
    points = chance.choice(POINTS, p=shares, size=(len(rater), STUDIES))
    return [Controls(len(rater), CELL.raters, one.interval()) for one in control_factors(rater, pair).means(points)]


@pytest.mark.parametrize("habit", HABITS)
def test_labels_at_random_are_no_result(habit):
    shares, told = HABITS[habit]
    found = words_of(shares)
    assert found[Word.BETTER] + found[Word.WORSE] <= 0.05 * STUDIES
    assert found[Word.NO_MEANINGFUL_DIFFERENCE] == 0
    assert found[Word.COULD_NOT_TELL] >= told * STUDIES


def test_without_controls_they_pass_for_raters_who_saw_no_difference():
    """Which is why the controls are there."""
    found = words_of(HABITS["mostly no difference"][0], pairs=0)
    assert found[Word.NO_DIFFERENCE_SEEN] >= 0.9 * STUDIES
    assert found[Word.COULD_NOT_TELL] == 0
