"""When a study may stop: five looks that the plan fixes, whenever they are computed."""

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from reports.dataset.dataset import Dataset
from reports.dataset.frames import Frame
from reports.dataset.study_facts import StageFacts, StudyFacts
from reports.report.figures import stopping as figures
from reports.report.figures.effect import ArmRows, contrast_of, endpoint_of
from reports.stats.consensus import ConsensusLabels
from reports.stats.decision import Controls
from reports.stats.estimate import Estimate
from reports.stats.ratings import Ratings

SUBJECTS, RATERS, K = 20, 8, 2
UNITS = 2 * SUBJECTS
PLANNED = UNITS * K
ENOUGH = 50


def study(*, level: float, ratings: int = PLANNED, withdrawn: int = 0) -> tuple[Dataset, Frame]:
    """Two comparisons a subject; the first ``ratings`` by time have come in. Rows are stored in another order."""
    chance = np.random.default_rng(5)
    unit = np.repeat(np.arange(UNITS), K)
    rater = np.concatenate([chance.permutation(RATERS)[:K] for _unit in range(UNITS)])
    moment = chance.permutation(PLANNED)
    label = np.clip(np.rint(3 + level + chance.normal(0, 0.4, PLANNED)), 1, 5)
    come = moment < ratings
    unit, rater, moment, label = unit[come], rater[come], moment[come], label[come]
    keys = np.array([100 + each for each in range(RATERS)], dtype=object)
    items = pa.table(
        {
            "attribute_id": pa.array([None] * UNITS, pa.int64()),
            "prompt_id": [f"p{each % 13}" for each in range(UNITS)],
            "withdrawn": np.arange(UNITS) >= UNITS - withdrawn,
        }
    )
    judgments = pa.table(
        {
            "stage": np.full(len(unit), 3),
            "counted": np.ones(len(unit), dtype=np.bool_),
            "unit_id": 1000 + unit,
            "rater_key": keys[rater].tolist(),
            "submitted_at": pa.array(moment * 60_000, pa.timestamp("ms", tz="UTC")),
        }
    )
    subjects = np.array([f"s{each}" for each in range(SUBJECTS)], dtype=object)
    ratings_of = Ratings(unit, rater, label, np.arange(UNITS) // 2, 1000 + np.arange(UNITS), keys, subjects)
    known = np.ones(UNITS, dtype=np.bool_)
    human = np.array(["human"] * RATERS, dtype=object)
    consensus = ConsensusLabels(np.full(UNITS, 3.0), known, np.full(UNITS, K))
    facts = StudyFacts("s", "S", 1, 0.25, "EUR", 0.0, {3: StageFacts("open", K, "all")})
    return Dataset(facts, {"judgments": judgments}), Frame(3, ratings_of, human, human, consensus, ~known, items)


def stopped(dataset: Dataset, frame: Frame, *, conversations: int = ENOUGH, **known: Any) -> dict[str, Any]:
    every = np.ones(UNITS, dtype=np.bool_)
    endpoint = endpoint_of(frame, every)
    return figures.stopping(dataset, frame, every, endpoint, real_conversations=conversations, **known)


def test_a_clear_effect_stops_the_study_before_its_end():
    found = stopped(*study(level=1.2))
    assert found["word"] == "better"
    settled = next(look for look in found["looks"] if look["word"] == "better")
    assert 1 < settled["look"] < 5
    assert found["interval"] == settled["interval"]
    assert found["sentence"] == f"The study may stop: better, by look {settled['look']} of 5."


@pytest.mark.parametrize("level", [0.0, 0.4, 1.2])
def test_a_look_says_the_same_however_late_it_is_computed(level):
    last = stopped(*study(level=level))["looks"]
    for number in (1, 2, 3, 4):
        early = stopped(*study(level=level, ratings=PLANNED * number // 5 + 3))["looks"]
        assert [look["word"] for look in early] == [look["word"] for look in last[:number]]
        assert [ends(look) for look in early] == [pytest.approx(ends(look)) for look in last[:number]]


def ends(look: dict[str, Any]) -> list[float]:
    """With the ratings behind them."""
    interval = look["interval"]
    return [interval[name] for name in ("value", "low", "high", "n", "level")]


def test_before_the_first_look_the_next_is_named():
    found = stopped(*study(level=1.2, ratings=15))
    assert found["looks"] == []
    assert found["interval"]["reason"] == figures.NO_LOOK
    assert found["sentence"] == "The study should go on: look 1 of 5 is due after 16 of 80 planned ratings."


def test_the_plan_leaves_out_what_was_withdrawn():
    assert stopped(*study(level=0.0, withdrawn=10))["planned"] == (UNITS - 10) * K


def test_without_real_conversations_no_look_settles_anything():
    found = stopped(*study(level=1.2), conversations=40)
    assert {look["word"] for look in found["looks"]} == {found["word"]} == {"not enough evidence yet"}
    assert "10 more real conversations are needed" in found["sentence"]


def test_raters_who_miss_what_is_planted_settle_nothing():
    missed = Controls(100, 6, Estimate(0.0, 100, -0.2, 0.2))
    dataset, frame = study(level=1.2)
    found = stopped(dataset, frame, controls=missed)
    assert {look["word"] for look in found["looks"]} == {"not enough evidence yet"}
    assert "missed planted differences" in found["sentence"]


def test_looks_are_wider_than_the_verdicts_interval_and_narrow_down():
    looks = stopped(*study(level=0.4))["looks"]
    widths = [look["interval"]["high"] - look["interval"]["low"] for look in looks[1:]]
    assert widths == sorted(widths, reverse=True)
    assert [round(look["interval"]["level"], 3) for look in looks[3:]] == [0.978, 0.958]


def test_looks_of_a_contrast_read_only_what_is_paired_by_then():
    dataset, whole = study(level=1.2)
    first = np.arange(UNITS) % 2 == 0
    case = np.arange(UNITS) // 2
    paired = replace(whole, items=whole.items.append_column("case_id", pa.array(case)))
    endpoint = contrast_of(paired, ArmRows(first), ArmRows(~first))
    every = np.ones(UNITS, dtype=np.bool_)
    found, of_three = (
        figures.stopping(dataset, paired, every, endpoint, real_conversations=ENOUGH, at_once=each) for each in (1, 3)
    )
    assert [look["ratings"] for look in found["looks"]] == [16, 32, 48, 64, 80]
    assert found["looks"][-1]["interval"]["n"] == PLANNED
    assert found["looks"][1]["interval"]["n"] < 32, "who is judged in one arm alone is not read yet"
    assert abs(found["looks"][-1]["interval"]["value"]) < 0.4, "both arms are as good"
    widths = [
        each["looks"][-1]["interval"]["high"] - each["looks"][-1]["interval"]["low"] for each in (found, of_three)
    ]
    assert widths[0] < widths[1]
