"""The stopping rule: right at every look together, and narrowest where it was tuned."""

from math import exp, log, sqrt

import numpy as np
import pytest

from reports.stats import sequence
from reports.stats.sequence import confidence_sequence, sequence_reach


def boundary(n, deviation, rho, alpha):
    """Waudby-Smith et al. (2024), theorem 2.2, as it is printed: rho, not its square."""
    scaled = n * rho**2
    return deviation * sqrt((2 * (scaled + 1)) / (n**2 * rho**2) * log(sqrt(scaled + 1) / alpha))


@pytest.mark.parametrize("alpha", [0.05, 0.10])
@pytest.mark.parametrize("n", [10, 100, 5000])
def test_reach_is_the_published_boundary(n, alpha):
    # Their tuning: rho(t, alpha) = sqrt((-2 log alpha + log(-2 log alpha + 1)) / t).
    rho = sqrt((-2 * log(alpha) + log(-2 * log(alpha) + 1)) / 100)
    assert sequence_reach(n, 0.7, level=1 - alpha, tuned_for=100) == pytest.approx(boundary(n, 0.7, rho, alpha))


def test_it_is_narrower_at_what_it_is_tuned_for():
    at_200 = {tuned: sequence_reach(200, 1.0, level=0.95, tuned_for=tuned) for tuned in (20, 200, 2000)}
    assert min(at_200, key=at_200.__getitem__) == 200


def test_it_is_wider_than_an_interval_for_one_look():
    values = np.random.default_rng(2).normal(size=100)
    assert sequence_reach(100, float(values.std(ddof=1)), level=0.95, tuned_for=100) > 1.96 * values.std(ddof=1) / 10


def test_truth_stays_inside_at_all_looks_together():
    """400 studies of 400 subjects, looked at after every ten; an interval for one look would fail in a fifth or more."""
    chance = np.random.default_rng(4)
    labels = np.clip(np.rint(3 + chance.normal(0, 1, (400, 400))), 1, 5) - 3
    n = np.arange(1, 401)
    means = labels.cumsum(axis=1) / n
    variances = (np.square(labels).cumsum(axis=1) - n * means**2) / np.maximum(n - 1, 1)
    looks = range(sequence.FEWEST - 1, 400, 10)
    ever, naive = np.zeros(400, bool), np.zeros(400, bool)
    for look in looks:
        unit = sequence_reach(look + 1, 1.0, level=0.95, tuned_for=100)
        deviation = np.sqrt(variances[:, look])
        ever |= np.abs(means[:, look]) > unit * deviation
        naive |= np.abs(means[:, look]) > 1.96 * deviation / sqrt(look + 1)
    assert ever.mean() <= 0.05
    assert naive.mean() > 0.2


def test_too_few_or_equal_subjects_give_a_reason():
    assert confidence_sequence(np.arange(sequence.FEWEST - 1.0)).reason == sequence.TOO_FEW
    assert confidence_sequence(np.ones(50)).reason == sequence.NO_SPREAD


def test_levels_that_cannot_be_tuned_are_refused():
    with pytest.raises(ValueError, match="level"):
        sequence_reach(10, 1.0, level=1 - exp(-0.4), tuned_for=100)
