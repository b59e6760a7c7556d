"""The planner's two levers on data whose truth is known."""

from typing import Any

import numpy as np
import pytest

from reports.report.figures.effect import Effect
from reports.report.figures.planning import NORMAL_FROM, chance_to_settle, noise_share
from reports.report.figures.verdict import VerdictEvidence
from reports.stats.crossed import CrossedMean
from reports.stats.decision import Sample, Word, decide
from reports.stats.estimate import Estimate
from reports.stats.ratings import Floats

MARGIN, EFFECT, SUBJECTS, RATERS = 0.25, 0.45, 60, 3


def subjects_means(
    chance: np.random.Generator, *, spread: float, noise: float, raters: int, n: int = SUBJECTS
) -> Floats:
    drawn: Floats = EFFECT + spread * chance.normal(size=n) + noise / np.sqrt(raters) * chance.normal(size=n)
    return drawn


def evidence_of(means: Floats, rater_noise: float) -> VerdictEvidence:
    these = Estimate(value=float(means.mean()), n=len(means))
    others = CrossedMean(these.value, 0.0, 0.0, {}, {}, len(means), "Not needed here.")
    effect = Effect(others, these, these, means, comparisons=len(means), silent=0)
    sample = Sample(real_conversations=100, subjects=len(means), raters=RATERS, prompts=len(means))
    return VerdictEvidence(effect, sample, MARGIN, RATERS * len(means), Estimate(value=rater_noise, n=len(means)))


def settled(means: Floats) -> bool:
    """By Student's intervals, as a study with these means would be."""
    from scipy import stats  # noqa: PLC0415 - large

    error, middle = means.std(ddof=1) / np.sqrt(len(means)), float(means.mean())
    reach = {level: error * stats.t.ppf((1 + level) / 2, len(means) - 1) for level in (0.95, 0.90)}
    of: dict[float, Any] = {
        level: Estimate(value=middle, n=1, low=middle - each, high=middle + each) for level, each in reach.items()
    }
    return decide(of[0.95], of[0.90], MARGIN) != Word.NOT_ENOUGH


@pytest.mark.parametrize(("spread", "noise"), [(0.3, 3.0), (1.8, 0.5)])
def test_more_raters_are_foretold_as_they_turn_out(spread, noise):
    chance = np.random.default_rng(11)
    foretold = [
        chance_to_settle(
            evidence_of(subjects_means(chance, spread=spread, noise=noise, raters=RATERS), noise**2 / RATERS),
            SUBJECTS,
            1,
            raters=8,
        )
        for _ in range(60)
    ]
    truth = np.mean(
        [settled(subjects_means(chance, spread=spread, noise=noise, raters=8 * RATERS)) for _ in range(1500)]
    )
    assert np.mean(foretold) == pytest.approx(truth, abs=0.12)


def test_raters_help_where_they_disagree_and_not_where_subjects_differ():
    chance = np.random.default_rng(3)
    noisy = evidence_of(subjects_means(chance, spread=0.2, noise=3.0, raters=RATERS), 3.0)
    differing = evidence_of(subjects_means(chance, spread=1.7, noise=0.2, raters=RATERS), 0.2**2 / RATERS)
    assert noise_share(noisy) > 0.8
    assert noise_share(differing) < 0.01
    gains = [
        chance_to_settle(each, SUBJECTS, 1, raters=8) - chance_to_settle(each, SUBJECTS, 1)
        for each in (noisy, differing)
    ]
    assert gains[0] > 0.2
    assert abs(gains[1]) < 0.02


def test_noise_larger_than_the_spread_is_all_of_it():
    means = subjects_means(np.random.default_rng(4), spread=0.1, noise=0.5, raters=RATERS)
    assert noise_share(evidence_of(means, 9.0)) == 1
    assert noise_share(evidence_of(np.ones(10), 0.1)) == 0


def test_large_studies_are_foretold_as_those_just_below():
    means = np.random.default_rng(8).exponential(2.0, size=900) - 1.83
    below, above = (chance_to_settle(evidence_of(means, 0.1), size, 1) for size in (NORMAL_FROM, NORMAL_FROM + 1))
    assert 0.2 < below < 0.8
    assert above == pytest.approx(below, abs=0.05)
