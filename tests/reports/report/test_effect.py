"""From a frame to the effect: which ratings count, and what a silent comparison adds."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from reports.dataset.arms import SilentComparison
from reports.dataset.frames import Frame
from reports.report.figures.effect import effect_of
from reports.stats.consensus import ConsensusLabels
from reports.stats.ratings import Ratings

SUBJECTS, RATERS = 12, 7


def frame_of(label: np.ndarray, unit: np.ndarray, rater: np.ndarray, *, attribute: list[int | None]) -> Frame:
    """Unit u is subject u // 2's; the last rater is a model."""
    units = len(attribute)
    keys = np.array([f"s{each}" for each in range(units // 2)], dtype=object)
    ratings = Ratings(unit, rater, label, np.arange(units) // 2, np.arange(units), np.arange(RATERS), keys)
    known = np.ones(units, dtype=np.bool_)
    items = pa.table(
        {
            "attribute_id": pa.array(attribute, pa.int64()),
            "prompt_id": [f"p{each % 11}" for each in range(units)],
            "withdrawn": np.zeros(units, dtype=np.bool_),
        }
    )
    kind = np.array(["human"] * (RATERS - 1) + ["model"], dtype=object)
    consensus = ConsensusLabels(np.full(units, 3.0), known, np.full(units, 3))
    return Frame(3, ratings, kind, kind, consensus, ~known, items)


@pytest.fixture
def frame() -> Frame:
    """Two comparisons a subject, three ratings each, and a model's of each."""
    chance, units = np.random.default_rng(7), 2 * SUBJECTS
    raters = np.concatenate([[*chance.permutation(RATERS - 1)[:3], RATERS - 1] for _ in range(units)])
    unit = np.repeat(np.arange(units), 4)
    label = np.where(raters == RATERS - 1, 5.0, chance.integers(1, 6, len(unit)))
    return frame_of(label, unit, raters.astype(np.int64), attribute=[None] * units)


def test_the_effect_is_that_of_human_ratings_of_overall_units(frame):
    every = np.ones(frame.ratings.units, dtype=np.bool_)
    found = effect_of(frame, every)
    human = frame.human
    means = np.bincount(human.unit, weights=human.label) / np.bincount(human.unit) - 3
    assert found.of_subjects == pytest.approx(means.reshape(-1, 2).mean(axis=1))
    assert [found.others.estimate, found.these.value] == pytest.approx([means.mean()] * 2)
    assert found.others.levels == {"subject": 12, "prompt": 11, "rater": 6, "comparison": 24, "rating": 72}
    assert (found.others_95, found.others_90) == (found.others.interval(), found.others.equivalence())
    assert found.others_95.low is not None
    assert (found.comparisons, found.silent) == (24, 0)


def test_a_choice_of_units_is_all_that_counts(frame):
    chosen = np.arange(frame.ratings.units) < 18
    found = effect_of(frame, chosen)
    assert (found.comparisons, len(found.of_subjects)) == (18, 9)
    assert (
        found.others.interval().no_interval == "An interval for other subjects needs at least 10 subjects; there are 9."
    )
    assert found.these.low is not None


def test_silent_comparisons_are_ties_of_their_subject_and_prompt(frame):
    every = np.ones(frame.ratings.units, dtype=np.bool_)
    before = effect_of(frame, every)
    found = effect_of(frame, every, [SilentComparison("s0", "p0", 0), SilentComparison("a new one", "p99", 1)])
    assert (found.comparisons, found.silent) == (24, 2)
    assert found.of_subjects == pytest.approx([before.of_subjects[0] * 2 / 3, *before.of_subjects[1:], 0])
    assert found.others.levels == {**before.others.levels, "subject": 13, "prompt": 12, "comparison": 26}


def test_nothing_judged_has_neither_interval(frame):
    found = effect_of(frame, np.zeros(frame.ratings.units, dtype=np.bool_))
    assert found.others.estimate is None
    assert found.these.reason == found.others.interval().reason == "Nothing has been judged yet."


def test_comparisons_without_a_prompt_have_no_interval_for_other_prompts(frame):
    items = frame.items.set_column(1, "prompt_id", pa.nulls(frame.ratings.units, pa.string()))
    found = effect_of(replace(frame, items=items), np.ones(frame.ratings.units, dtype=np.bool_))
    assert found.others_95.no_interval == "An interval for other prompts needs at least 10 prompts; there are 0."
    assert found.these.low is not None
