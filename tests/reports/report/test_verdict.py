"""From ratings to a verdict: what it says of an arm, and of several."""

import numpy as np
import pytest

from reports.dataset.arms import ComparedArm
from reports.report.figures import verdict_words
from reports.report.figures.verdict import brief_names, only_system, short_names
from tests.reports.report.judged_frames import Material, frame, verdict


@pytest.mark.parametrize(
    ("effect", "word", "reasons"),
    [
        (0.6, "better", []),
        (-0.6, "worse", []),
        (0.0, "no difference seen", ["no controls"]),
        (0.2, "not enough evidence yet", ["undecided"]),
    ],
)
def test_the_word_follows_the_ratings(effect, word, reasons):
    found = verdict(frame(effect))
    assert (found["word"], found["reasons"], found["these"], found["arms"]) == (word, reasons, None, [])
    assert (found["subjects"], found["raters"], found["prompts"]) == (12, 8, 11)
    assert (found["comparisons"], found["judgments"]) == (132, 396)
    assert found["effect"]["low"] < found["effect"]["value"] < found["effect"]["high"]


@pytest.mark.parametrize(("effect", "side"), [(0.12, "better"), (-0.12, "worse"), (0.0, None)])
def test_a_difference_too_small_to_matter_is_not_taken_for_none(effect, side):
    found = verdict(frame(effect, spread=0.3))
    assert found["word"] == "no difference seen"
    said = [each for each in found["limits"] if "hardly chance" in each]
    assert len(said) == (side is not None)
    assert all(f"come out {side}, by too little to matter" in each for each in said)


def test_few_raters_say_nothing_of_others_and_the_second_line_says_what_they_found():
    found = verdict(frame(0.6, raters=3))
    assert (found["word"], found["missing"], found["these"]) == ("not enough evidence yet", {"raters": 3}, "better")
    assert found["effect"]["low"] is None
    assert found["effect_these"]["low"] > 0
    assert found["limits"] == [
        "A verdict needs 3 more raters; in all it takes at least 6 raters.",
        "For these raters and prompts: better. Of others it says nothing.",
    ]
    assert not any("like these it would lie" in each for each in found["evidence"])


def test_all_that_is_missing_is_said_at_once():
    found = verdict(frame(0.6, raters=5, prompts=9), Material(conversations=4))
    assert found["missing"] == {"real conversations": 2, "raters": 1, "prompts": 1}
    assert (
        "A verdict needs 2 more real conversations, 1 more rater and 1 more prompt; "
        "in all it takes at least 50 real conversations, 6 raters and 10 prompts."
    ) in found["limits"]
    assert found["these"] is None, "the first rule comes first"


def test_equal_ratings_tell_nothing_of_others():
    found = verdict(frame(1.0, spread=0))
    assert (found["word"], found["reasons"]) == ("not enough evidence yet", ["variance"])
    assert found["effect"]["no_interval"] in found["limits"]
    assert found["effect"]["value"] == pytest.approx(1)


def test_each_arm_has_a_verdict_of_its_own_and_all_together_have_none():
    together = frame(0.6, -0.6)
    found = verdict(together, arms=2)
    assert [(arm["name"], arm["word"]) for arm in found["arms"]] == [("memory 1", "better"), ("memory 2", "worse")]
    assert (found["word"], found["title"]) == (None, "Memory 1: better; Memory 2: worse")
    assert found["effect"]["value"] is None
    assert found["judgments"] == sum(arm["judgments"] for arm in found["arms"])
    halves = together.units(np.arange(together.ratings.units) < 132)
    assert found["arms"][0]["effect"] == verdict(halves)["effect"]


def test_an_arm_that_nobody_judged_has_no_verdict():
    judged = frame(0.6, -0.6)
    found = verdict(judged.units(np.arange(judged.ratings.units) < 132), arms=2)
    assert (found["word"], found["name"], found["arms"]) == ("better", "memory 1", [])


def test_what_is_open_has_the_planners_word_on_what_would_settle_it():
    found = verdict(frame(0.16, spread=1.0), plans={"memory 1": "So many more."})
    assert found["reasons"] == ["undecided"]
    assert found["limits"][-2:] == [verdict_words.OPEN, "So many more."]
    decided = verdict(frame(0.6), plans={"memory 1": "So many more."})
    assert not any("So many more" in each for each in decided["limits"])


def test_arms_of_one_system_are_told_apart_by_their_own_words_where_room_is_little():
    nothing = np.zeros(0, dtype=np.int64)
    own, given = (
        ComparedArm(f"memory ({words})", words, {"response_system": "memory"}, nothing) for words in ("own", "all")
    )
    other = ComparedArm("assistant", "assistant", {"response_system": "assistant"}, nothing)
    assert list(short_names([own, given]).values()) == ["own", "all"]
    assert list(short_names([own, given, other]).values()) == ["own, memory", "all, memory", "assistant"]


def test_in_a_difference_arms_of_one_system_go_by_their_policy_alone():
    nothing = np.zeros(0, dtype=np.int64)

    def arm(short, policy, name=""):
        facts = {"response_system": "memory", "arm_policy": policy, "arm_name": name}
        return ComparedArm(f"memory ({short})", short, facts, nothing)

    own, accepted = arm("its own selection", "own"), arm("accepted attributes, selected anew", "accepted")
    assert only_system([own, accepted]) == "memory"
    assert list(brief_names([own, accepted]).values()) == ["own", "accepted"]
    for third in (arm("own, 5", "own"), arm("v2", "all", "v2"), arm("unnamed", None), arm("of x", "selection")):
        assert list(brief_names([own, third]).values()) == ["its own selection", third.short]
    other = ComparedArm("assistant", "assistant", {"response_system": "assistant", "arm_policy": "all"}, nothing)
    assert (only_system([own, other]), only_system([other])) == ("", "")
    assert list(brief_names([own, other]).values()) == ["its own selection, memory", "assistant"]
