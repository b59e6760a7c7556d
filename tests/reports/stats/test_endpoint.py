"""The primary endpoint: what each rating weighs, and the interval for these raters and prompts."""

import numpy as np
import pytest

from reports.stats import endpoint
from reports.stats.crossed import NO_VALUES
from reports.stats.endpoint import Judged, contrast_weights, for_these, one_arm, subject_means, two_arms


def judged() -> Judged:
    """Subject 0: a comparison of two ratings (1, 2) and a silent one. Subject 1: one comparison of one rating (-1)."""
    return Judged(
        value=np.array([1.0, 2.0, 0.0, -1.0]),
        subject=np.array([0, 0, 0, 1]),
        prompt=np.array([0, 0, 1, 1]),
        rater=np.array([0, 1, -1, 0]),
        comparison=np.array([0, 0, 1, 2]),
    )


def test_subjects_weigh_the_same_then_comparisons_then_ratings():
    assert judged().weights() == pytest.approx([1 / 8, 1 / 8, 1 / 4, 1 / 2])
    assert subject_means(judged().weights(), judged()) == pytest.approx([0.75, -1])


def test_a_silent_comparison_counts_and_has_neither_rater_nor_rating():
    crossing = one_arm(judged())
    assert crossing.mean(judged().value).estimate == pytest.approx(-0.125)
    assert crossing.levels == {"subject": 2, "prompt": 2, "rater": 2, "comparison": 3, "rating": 3}


def test_for_these_is_students_interval_of_subjects():
    found = for_these(judged().weights(), judged())
    assert found.value == pytest.approx(-0.125)
    assert found.high == pytest.approx(-0.125 + 12.706 * 0.875, rel=1e-4)
    assert (found.n, found.clusters) == (4, 2)


@pytest.mark.parametrize(
    ("kept", "value", "reason"),
    [(3, 1.0, endpoint.ONE_SUBJECT), (4, 1.0, endpoint.EQUAL_SUBJECTS), (0, 1.0, NO_VALUES)],
)
def test_for_these_says_why_there_is_no_interval(kept, value, reason):
    whole = judged()
    few = Judged(
        np.full(kept, value), *(getattr(whole, name)[:kept] for name in ("subject", "prompt", "rater", "comparison"))
    )
    found = for_these(few.weights(), few)
    assert (found.reason or found.no_interval) == reason
    assert found.low is None


def contrast(shared: float) -> tuple[Judged, np.ndarray, np.ndarray]:
    """12 subjects, a case each of 3, four raters: two rate each arm. ``shared``: what cases and raters add to both arms."""
    chance = np.random.default_rng(2)
    case = np.repeat(np.arange(36), 4)
    rater = np.concatenate([chance.permutation(4) for _case in range(36)])
    second = np.tile([False, False, True, True], 36)
    both = chance.normal(size=36)[case] + np.round(chance.normal(size=12), 1)[case // 3]
    value = chance.normal(size=144) + np.where(second, 0, 0.5) + shared * both
    return Judged(value, case // 3, case % 7, rater, 2 * case + second), second, case


def test_a_contrast_is_the_difference_of_its_arms():
    judged, second, case = contrast(1.0)
    first, other = (float(each.weights() @ each.value) for each in (judged.rows(~second), judged.rows(second)))
    found = two_arms(judged, second, case).mean(judged.value)
    assert found.estimate == pytest.approx(first - other)
    assert found.levels["case"] == 36
    weights = contrast_weights(judged, second)
    assert for_these(weights, judged).value == pytest.approx(found.estimate)


def test_what_cases_add_to_both_arms_drops_out_of_their_contrast():
    apart, together = (two_arms(*each).mean(each[0].value) for each in (contrast(0.0), contrast(3.0)))
    assert together.estimate == pytest.approx(apart.estimate)
    assert together.components["case of both arms"] > 3
    assert together.variance < 3 * apart.variance
