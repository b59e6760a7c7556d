"""From ratings of three arms of a system to the stage that is named, and what is said of two."""

import numpy as np
import pytest

from reports.dataset.arms import ComparedArm
from reports.report.figures.ladder import ladder_rows
from reports.report.figures.rungs import POLICIES, ladders_of
from reports.stats.decision import Controls
from reports.stats.estimate import Estimate
from reports.stats.ladder import Rung
from tests.reports.report.laddered import CASES, arm, arms, figures, judged

MISSED = Controls(40, 6, Estimate(0.05, 40, -0.1, 0.2))


@pytest.mark.parametrize(
    ("effects", "relevant", "word", "says"),
    [
        (
            (-0.3, 0.7, 0.7),
            "better",
            "extraction",
            "Most is lost at extraction: for memory removing the attributes that",
        ),
        (
            (-0.3, -0.3, 0.7),
            "better",
            "selection",
            "Most is lost at selection: for memory selecting as people do is worth +",
        ),
        ((0.0, 0.0, 0.0), "no difference seen", "response", "It is the response that fails: even with the attributes"),
        ((0.8, 0.8, 0.8), "better", "spread over stages", "No stage of memory can be named: neither step is worth"),
        ((-0.6, 0.1, 0.8), "better", "spread over stages", "What is missing is spread over the stages of memory"),
        ((0.0, 0.2, 0.3), "better", "not enough evidence yet", "still open are what removing the attributes"),
    ],
)
def test_the_stage_that_was_planted_is_named(effects, relevant, word, says):
    found = figures(judged(*effects), arms(*POLICIES), relevant)
    assert (found["word"], found["cases"], found["judgments"]) == (word, CASES, 9 * CASES)
    assert says in found["sentence"]


def test_steps_are_those_of_the_means_and_add_up():
    frame = judged(-0.3, 0.2, 0.7)
    found = figures(frame, arms(*POLICIES))
    human = frame.human
    means = [human.label[(human.unit // CASES) == place].reshape(-1, 3).mean() - 3 for place in range(3)]
    assert [rung["effect"]["value"] for rung in found["rungs"]] == pytest.approx(means)
    assert [step["name"] for step in found["steps"]] == ["extraction", "selection"]
    assert [step["effect"]["value"] for step in found["steps"]] == pytest.approx(np.diff(means))
    assert found["apart"]["value"] == pytest.approx(2 * means[1] - means[0] - means[2])
    assert found["left"]["value"] == pytest.approx(2 - means[2])
    assert found["left"]["low"] == pytest.approx(2 - found["rungs"][2]["effect"]["high"])
    assert {step["effect"]["level"] for step in [*found["steps"], {"effect": found["apart"]}]} == {1 - 0.05 / 3}


def test_silent_cases_are_ties_of_their_rung():
    frame = judged(0.7, 0.7, 0.7)
    found = figures(frame, arms(*POLICIES, silent=(66, 0, 0)))
    assert (found["cases"], found["silent"], found["judgments"]) == (CASES, 66, 9 * CASES - 3 * 66)
    own, accepted, _relevant = (rung["effect"]["value"] for rung in found["rungs"])
    assert own == pytest.approx(accepted / 2, abs=0.08)
    assert "66 times an arm was silent, which is a tie" in found["notes"][0]


def test_only_cases_that_every_rung_has_are_compared():
    frame = judged(0.2, 0.2, 0.2)
    three = arms(*POLICIES)
    fewer = [*three[:2], ComparedArm(three[2].name, "", three[2].facts, three[2].comparisons[:40])]
    (ladder,) = ladders_of(fewer)
    rows = ladder_rows(frame, ladder)
    assert set(rows.case.tolist()) == set(range(100, 140))
    assert {rung: int((rows.rung == rung).sum()) for rung in Rung} == dict.fromkeys(Rung, 120)


def test_cases_on_which_all_are_silent_count_as_far_as_others_were_judged():
    """Half of what is asked was judged: half of the ties count, evenly spread."""
    silent = 32
    frame = judged(0.4, 0.4, 0.4, waiting=silent + 50)
    (ladder,) = ladders_of(arms(*POLICIES, silent=(silent,) * 3))
    rows = ladder_rows(frame, ladder)
    ties = np.unique(rows.case[rows.judged.rater < 0])
    assert len(np.unique(rows.case)) == 50 + len(ties) == 66
    assert np.diff(ties).tolist() == [2] * 15


def test_two_of_three_arms_say_what_they_can():
    found = figures(judged(0.0, 0.7), arms("own", "relevant"))
    (step,) = found["steps"]
    assert (found["word"], step["name"], step["word"]) == (None, "extraction and selection", "better")
    assert found["sentence"].startswith(
        "For memory removing the attributes that people reject and selecting as people do, together, is worth +0."
    )
    assert found["apart"]["reason"] == "Only two of the three arms are there."
    assert [rung["arm"] for rung in found["rungs"]] == ["memory (own {})", None, "memory (relevant {})"]
    assert any("no arm with accepted attributes, selected anew (policy accepted)" in note for note in found["notes"])


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ({"controls": MISSED}, "raters could not tell"),
        ({"conversations": 1}, "not enough evidence yet"),
    ],
)
def test_what_binds_verdicts_binds_the_ladder(more, word):
    assert figures(judged(-0.3, 0.7, 0.7), arms(*POLICIES), **more)["word"] == word


def test_few_raters_name_nothing():
    found = figures(judged(-0.3, 0.7, 0.7, raters=5), arms(*POLICIES))
    assert (found["word"], found["steps"][0]["missing"]) == ("not enough evidence yet", {"raters": 1})
    assert found["steps"][0]["these"] == "better"


def test_nothing_judged_says_so():
    found = figures(judged(0.0, 0.0, 0.0, waiting=CASES), arms(*POLICIES))
    assert (found["word"], found["cases"]) == ("not enough evidence yet", 0)
    assert found["sentence"] == "memory: No case has been judged under all of the arms yet."
    assert found["steps"][0]["effect"]["reason"] == "Nothing has been judged yet."


def test_arms_belong_together_by_their_settings():
    short, long = '{"attributes": 3}', '{"attributes": 9}'
    its = [arm(policy, 0, settings=settings) for settings in (short, long) for policy in POLICIES]
    found = ladders_of([*its, arm("all", 0), arm("own", 0, system="other"), arm("relevant", 0, system="other")])
    assert [(each.system, each.is_whole, each.settings_differ) for each in found] == [
        ("memory", True, False),
        ("memory", True, False),
        ("other", False, False),
    ]


def test_one_arm_a_policy_belongs_together_whatever_its_settings_and_says_so():
    (found,) = ladders_of([arm("own", 0, settings='{"attributes": 3}'), arm("accepted", 0), arm("relevant", 0)])
    assert (found.is_whole, found.settings_differ) == (True, True)


def test_policies_with_several_arms_alike_are_left_out_and_named():
    (found,) = ladders_of([arm("own", 0), arm("own", 1), arm("accepted", 0), arm("relevant", 0)])
    assert (list(found.rungs), found.doubtful) == ([Rung.ACCEPTED, Rung.RELEVANT], ["own"])
    assert ladders_of([arm("own", 0), arm("all", 0)]) == []


def test_what_extraction_never_found_stands_beside():
    found = figures(judged(0.0, 0.0, 0.0), arms(*POLICIES), named=["", "her son", " ", "rides a bike", "", ""])
    assert (found["missing_attributes"]["pages"], found["missing_attributes"]["share"]["n"]) == (2, 6)
    assert found["missing_attributes"]["share"]["value"] == pytest.approx(1 / 3)
    assert "On 33 % of pages of stage 1" in found["notes"][-1]
