"""The primary endpoint: what each rating weighs, and the interval for these raters and prompts."""

import numpy as np
import pytest

from reports.stats import endpoint
from reports.stats.crossed import NO_VALUES
from reports.stats.endpoint import Judged, for_these, one_arm, subject_means


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
    assert for_these(few.weights(), few).reason == reason
