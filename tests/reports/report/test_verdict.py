"""From ratings to a verdict: what it says of an arm, and of several."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from reports.dataset.arms import ComparedArm
from reports.dataset.frames import Frame, overall_units
from reports.report.figures.verdict import evidence, verdict_figures
from reports.stats.consensus import ConsensusLabels
from reports.stats.ratings import Ratings

SUBJECTS, PROMPTS = 12, 11
MARGIN = 0.25


@dataclass
class Facts:
    margin: float


@dataclass
class Judged:
    """As much of a dataset as a verdict looks at: every subject has so many real conversations."""

    conversations: int = 5
    margin: float = MARGIN

    @property
    def facts(self) -> Facts:
        return Facts(self.margin)

    @property
    def tables(self) -> dict[str, pa.Table]:
        keys = [f"s{each}" for each in range(SUBJECTS)]
        columns: dict[str, list[Any]] = {
            "subject_key": keys,
            "subject_origin": ["real"] * SUBJECTS,
            "conversations": [self.conversations] * SUBJECTS,
            "stated_conversations": [None] * SUBJECTS,
        }
        return {"subjects": pa.table(columns)}


def frame(*effects: float, raters: int = 8, prompts: int = PROMPTS, spread: float = 0.5) -> Frame:
    """A comparison of every subject and prompt for each arm, judged by three raters; an effect for each arm."""
    chance, arms = np.random.default_rng(5), len(effects)
    units = SUBJECTS * prompts * arms
    arm, pair = np.divmod(np.arange(units), SUBJECTS * prompts)
    unit = np.repeat(np.arange(units), 3)
    rater = np.concatenate([chance.permutation(raters)[:3] for _ in range(units)])
    drawn = 3 + np.array(effects)[arm[unit]] + chance.normal(0, spread, len(unit))
    label = np.clip(np.floor(drawn + chance.uniform(size=len(unit))), 1, 5) if spread else drawn
    keys = np.array([f"s{each}" for each in range(SUBJECTS)], dtype=object)
    ratings = Ratings(unit, rater, label, pair // prompts, np.arange(units), np.arange(raters), keys)
    known = np.ones(units, dtype=np.bool_)
    items = pa.table(
        {
            "attribute_id": pa.nulls(units, pa.int64()),
            "prompt_id": [f"p{each}" for each in pair % prompts],
            "comparison_id": np.arange(units),
        }
    )
    kind = np.array(["human"] * raters, dtype=object)
    return Frame(3, ratings, kind, kind, ConsensusLabels(np.full(units, 3.0), known, np.full(units, 3)), ~known, items)


def verdict(judged: Frame, dataset: Any = None, *, arms: int = 1) -> dict[str, Any]:
    dataset = dataset or Judged()
    each = np.array_split(np.arange(judged.ratings.units), arms)
    named = [ComparedArm(f"memory {place}", f"{place}", {}, units) for place, units in enumerate(each, start=1)]
    found = evidence(dataset, judged, overall_units(judged))
    return verdict_figures(dataset, judged, named, found, None)


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
    found = verdict(frame(0.6, raters=5, prompts=9), Judged(conversations=4))
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
    assert (found["word"], found["title"]) == (None, "memory 1: better; memory 2: worse")
    assert found["effect"]["value"] is None
    assert found["judgments"] == sum(arm["judgments"] for arm in found["arms"])
    halves = together.units(np.arange(together.ratings.units) < 132)
    assert found["arms"][0]["effect"] == verdict(halves)["effect"]


def test_an_arm_that_nobody_judged_has_no_verdict():
    judged = frame(0.6, -0.6)
    found = verdict(judged.units(np.arange(judged.ratings.units) < 132), arms=2)
    assert (found["word"], found["name"], found["arms"]) == ("better", "memory 1", [])


def test_what_is_open_is_settled_by_about_as_many_as_it_says():
    """A study of so many subjects, raters and prompts with the same effect decides; one of half as many does not."""
    found = verdict(frame(0.16, spread=1.0))
    assert found["reasons"] == ["undecided"]
    more = found["settling"]
    assert more["subjects"] > 12
    assert (more["raters"], more["prompts"]) == tuple(np.ceil(np.array([8, 11]) * more["times"]))
    assert any(f"about {more['subjects']} subjects, {more['raters']} raters" in each for each in found["limits"])
    effect, margin = found["effect"]["value"], found["margin"]
    half_width = found["effect_90"]["high"] - effect
    assert abs(effect) + half_width > margin
    assert abs(effect) + half_width / more["times"] ** 0.5 == pytest.approx(margin)


def test_an_effect_at_the_margin_itself_is_settled_by_no_study():
    judged = frame(0.2)
    margin = verdict(judged)["effect"]["value"] + 0.001
    found = verdict(judged, Judged(margin=margin))
    assert found["settling"] == {"times": None, "subjects": None, "raters": None, "prompts": None}
    assert found["limits"][-1].startswith("The effect lies so near to the margin")
