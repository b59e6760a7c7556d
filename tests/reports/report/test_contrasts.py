"""Two arms within the cases that both have: what one is more worth than the other."""

from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from reports.report.figures.effect import ArmRows, contrast_of, effect_of_endpoint
from reports.stats.decision import Controls
from reports.stats.estimate import Estimate
from tests.reports.report.judged_frames import (
    PROMPTS,
    SUBJECTS,
    Material,
    contrasts_of,
    frame,
    only_asked,
    silent,
    verdict,
)

PAIRS = SUBJECTS * PROMPTS
OF_FIRST = np.arange(2 * PAIRS) < PAIRS


def contrast(found: dict[str, Any]) -> dict[str, Any]:
    (only,) = found["contrasts"]
    return dict(only)


def test_two_systems_of_which_one_helps_have_a_contrast_and_verdicts_of_their_own():
    together = frame(0.0, 0.6)
    found = verdict(together, arms=2)
    between = contrast(found)
    assert [(arm["name"], arm["word"]) for arm in found["arms"]] == [
        ("memory 1", "no difference seen"),
        ("memory 2", "better"),
    ]
    assert (between["first"], between["second"], between["word"]) == ("memory 2", "memory 1", "better")
    assert between["title"] == "Memory 2 \N{MINUS SIGN} memory 1: better"
    alone = verdict(together.units(OF_FIRST))
    assert (alone["contrasts"], alone["effect"]) == ([], found["arms"][0]["effect"]), "the other arm changes nothing"


@pytest.mark.parametrize(("effects", "word"), [((0.0, 0.0), "no difference seen"), ((0.6, 0.0), "worse")])
def test_equal_arms_differ_from_none_and_a_worse_one_is_found(effects, word):
    assert contrast(verdict(frame(*effects), arms=2))["word"] == word


def test_the_difference_is_that_of_the_means_within_subjects():
    together = frame(0.1, 0.5)
    human, found = together.human, contrast(verdict(together, arms=2))
    means = (np.bincount(human.unit, weights=human.label) / np.bincount(human.unit)).reshape(2, SUBJECTS, PROMPTS)
    assert found["effect"]["value"] == pytest.approx(float((means[1] - means[0]).mean()))
    assert (found["cases"], found["comparisons"], found["judgments"]) == (PAIRS, 2 * PAIRS, 6 * PAIRS)
    assert (found["subjects"], found["raters"], found["prompts"]) == (SUBJECTS, 8, PROMPTS)


def test_only_cases_that_both_arms_have_count():
    together = frame(0.0, 0.6)
    half = together.units((np.arange(2 * PAIRS) % 2 == 0) | OF_FIRST)
    every_second = together.units(np.arange(2 * PAIRS) % 2 == 0)
    found, paired = (contrast(verdict(each, arms=2)) for each in (half, every_second))
    assert found["cases"] == PAIRS // 2
    ends = [[each["effect"][end] for end in ("value", "low", "high", "n")] for each in (found, paired)]
    assert ends[0] == pytest.approx(ends[1])


def test_a_silent_case_is_paired_with_what_the_other_arm_said():
    together, quiet = frame(0.6, 0.6), np.arange(0, PAIRS, 2)
    asked = only_asked(together, OF_FIRST | ~np.isin(np.arange(2 * PAIRS) - PAIRS, quiet))
    found = contrast(verdict(asked, arms=2, of_silent=[(), quiet.tolist()]))
    human = together.human
    means = (np.bincount(human.unit, weights=human.label) / np.bincount(human.unit)).reshape(2, PAIRS) - 3
    means[1, quiet] = 0
    assert (found["cases"], found["silent"]) == (PAIRS, len(quiet))
    expected = (means[1] - means[0]).reshape(SUBJECTS, PROMPTS).mean()
    assert found["effect"]["value"] == pytest.approx(float(expected))
    assert found["word"] == "worse"


def test_cases_on_which_both_are_silent_are_ties():
    rows = [ArmRows(OF_FIRST, silent([200])), ArmRows(~OF_FIRST, silent([200, 201]))]
    effect = effect_of_endpoint(contrast_of(frame(0.6, 0.0), *rows))
    assert (effect.silent, effect.comparisons) == (2, 2 * PAIRS), "case 201 is of one arm alone"


def test_intervals_of_all_contrasts_hold_together():
    three = frame(0.0, 0.3, 0.6)
    found = verdict(three, arms=3)["contrasts"]
    names = [f"memory {place}" for place in (1, 2, 3)]
    assert [(each["second"], each["first"]) for each in found] == list(combinations(names, 2))
    assert {each["at_once"] for each in found} == {3}
    assert {round(each["effect"]["level"], 4) for each in found} == {round(1 - 0.05 / 3, 4)}
    assert {round(each["effect_90"]["level"], 4) for each in found} == {round(1 - 0.10 / 3, 4)}
    assert {round(each["effect_these"]["level"], 4) for each in found} == {round(1 - 0.05 / 3, 4)}
    alone = contrast(verdict(three.units(np.arange(3 * PAIRS) < 2 * PAIRS), arms=3))
    assert alone["effect"]["value"] == found[0]["effect"]["value"]
    assert found[0]["effect"]["low"] < alone["effect"]["low"]
    assert any("hold together" in each for each in found[0]["evidence"])
    assert not any("hold together" in each for each in alone["evidence"])


def test_a_contrast_carries_how_far_its_raters_lie_apart():
    """All of an arm's ratings come from raters of its own, who lean the same way: more subjects do not tell."""
    together = frame(0.0, 0.4, raters=16)
    arm = together.ratings.unit // PAIRS
    apart = np.where(together.ratings.rater % 2 == 0, 0.7, -0.7) * (arm == 1)
    leaning = together.ratings.label + apart
    ratings = replace(together.ratings, label=leaning)
    calm, torn = (contrast(verdict(each, arms=2)) for each in (together, replace(together, ratings=ratings)))
    widths = [[each[key]["high"] - each[key]["low"] for key in ("effect", "effect_these")] for each in (calm, torn)]
    assert widths[1][0] / widths[0][0] > 1.5 * widths[1][1] / widths[0][1], "for these raters alone it hardly grows"


def test_what_is_missing_for_a_contrast_is_said():
    found = contrast(verdict(frame(0.0, 0.6), Material(conversations=4), arms=2))
    assert (found["word"], found["reasons"]) == ("not enough evidence yet", ["real conversations"])
    assert any("A verdict needs 2 more real conversations" in each for each in found["limits"])


@pytest.mark.parametrize(
    ("interval", "word"), [((-0.2, 0.3), "raters could not tell"), ((0.8, 1.4), "no meaningful difference")]
)
def test_the_studys_controls_bind_contrasts_too(interval, word):
    low, high = interval
    controls = Controls(60, 6, Estimate((low + high) / 2, 60, low, high, 0.95))
    found = verdict(frame(0.0, 0.0), arms=2, controls=controls)
    assert {each["word"] for each in (*found["arms"], *found["contrasts"])} == {word}


def test_arms_without_a_case_in_common_have_no_contrast():
    judged = frame(0.0, 0.6)
    first = np.arange(2 * PAIRS) < 60
    second = np.arange(2 * PAIRS) >= 2 * PAIRS - 60
    assert verdict(judged.units(first | second), arms=2)["contrasts"] == []


def test_what_is_planned_of_a_contrast_are_cases_that_both_have():
    judged = frame(0.0, 0.6)
    waiting = only_asked(judged, np.arange(2 * PAIRS) < 2 * PAIRS - 12)
    (between,) = contrasts_of(waiting, 2)
    assert int(between.units.sum()) == 2 * (PAIRS - 12)
