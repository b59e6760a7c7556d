"""Silent cases in an arm's effect: over all its cases, and over judged comparisons only."""

from typing import Any

import numpy as np
import pytest

from reports.dataset.arms import ComparedArm
from reports.report.figures.silence import counted, share_silent
from reports.report.figures.verdict import silent_everywhere
from reports.report.figures.weighing import weighed_arms
from reports.report.presenting.verdict import pasteable, verdict_section
from reports.stats.decision import NO_CONTROLS
from tests.reports.report.judged_frames import (
    MARGIN,
    PROMPTS,
    SUBJECTS,
    Material,
    arms_of_frame,
    frame,
    only_asked,
    silent,
    verdict,
)

PAIRS = SUBJECTS * PROMPTS


def half_silent(effect: float, **drawn: Any) -> dict[str, Any]:
    """Silent on every second case; on the others readers see the effect."""
    quiet = np.arange(PAIRS) % 2 == 0
    kept = only_asked(frame(effect, **drawn), ~quiet)
    return verdict(kept, of_silent=[np.flatnonzero(quiet).tolist()])


def test_the_effect_is_shown_over_all_cases_and_over_judged_ones():
    found = half_silent(0.8)
    assert found["effect"]["value"] == pytest.approx(found["judged"]["effect"]["value"] / 2, rel=0.1)
    assert (found["word"], found["judged"]["word"], found["words"]) == ("better", "better", "better")
    assert (found["silent"], found["comparisons"]) == (66, 66)
    share = found["share_silent"]
    assert share["value"] == 0.5
    assert share["low"] < 0.5 < share["high"]
    assert any("It is silent on 50 % of its cases" in each for each in found["evidence"])


@pytest.mark.parametrize(("effect", "judged"), [(0.4, "better"), (-0.4, "worse")])
def test_two_words_both_stand_in_the_headline(effect, judged):
    found = half_silent(effect, spread=0.2)
    assert abs(found["effect"]["value"]) < MARGIN
    assert (found["judged"]["word"], found["word"] != judged) == (judged, True)
    words = f"{found['word']} over all its cases, {judged} on judged comparisons only (50 % of its cases silent)"
    assert (found["title"], found["words"]) == (words, words)
    figures = {
        "study": {"title": "A study"},
        "bottleneck": {"word": "unknown"},
        "verdict": {**found, "beside": []},
    }
    section = verdict_section(figures)
    assert section.title == words
    assert f"{judged} on judged comparisons only" in pasteable(figures)
    (chart,) = section.charts
    assert [row[0] for row in chart.rows] == ["Others like these", "Others, judged comparisons only", "These alone"]


def test_worse_for_these_raters_on_judged_cases_is_not_hidden_by_a_tie_over_all():
    found = half_silent(-0.32, raters=3, spread=0.2)
    assert (found["word"], found["these"]) == ("not enough evidence yet", "no difference seen")
    assert any("On judged comparisons only, for these raters and prompts: worse." in each for each in found["limits"])


def test_as_many_silent_cases_count_as_are_judged_of_the_others():
    whole = frame(0.8)
    every, quiet = np.ones(PAIRS, dtype=np.bool_), silent(list(range(200, 240)))
    assert len(counted(whole, every, quiet)) == 40
    for judged in (0, 33, 66):
        some = whole.units(np.arange(PAIRS) < judged)
        kept = counted(some, every, quiet)
        assert len(kept) == 40 * judged // PAIRS
        assert {each.case_id for each in kept} <= {each.case_id for each in quiet}
        assert share_silent(some, every, quiet).value == pytest.approx(40 / (PAIRS + 40)), "what waits is a case too"


def test_before_anything_is_judged_silence_is_no_effect():
    nothing = frame(0.8).units(np.zeros(PAIRS, dtype=np.bool_))
    found = verdict(nothing, of_silent=[list(range(40))])
    assert (found["effect"]["value"], found["judged"], found["evidence"]) == (
        None,
        None,
        ["No comparison has been judged by a human yet."],
    )


def test_what_judged_comparisons_lack_for_a_word_of_their_own_is_said():
    quiet = np.arange(PAIRS) % PROMPTS < 2
    found = verdict(only_asked(frame(0.8), ~quiet), of_silent=[np.flatnonzero(quiet).tolist()])
    assert (found["word"], found["judged"]["word"]) == ("better", "not enough evidence yet")
    assert (
        "On judged comparisons only: a verdict needs 1 more prompt; in all it takes at least 10 prompts."
        in found["limits"]
    )


def test_an_arm_that_is_silent_on_all_its_cases_is_named_and_has_no_verdict():
    judged = frame(0.8)
    asked, quiet = arms_of_frame(judged, 1)[0], silent(list(range(40)))
    nothing = np.zeros(0, dtype=np.int64)
    mute = ComparedArm("memory 2", "2", {"response_system": "memory 2"}, nothing, quiet)
    unasked = ComparedArm("memory 3", "3", {"response_system": "memory 3"}, np.array([999]), quiet)
    dataset: Any = Material()
    weighed = weighed_arms(dataset, judged, [asked, mute, unasked], NO_CONTROLS)
    assert [each.name for each in weighed] == ["memory 1"]
    assert silent_everywhere([asked, mute, unasked], weighed) == [
        "Memory 2 is silent on all of its 40 cases: nobody is asked about it, so it has no verdict."
    ]
