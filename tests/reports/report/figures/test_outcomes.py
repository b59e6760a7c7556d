"""Outcomes of stage 3: what their intervals are over, and what moves them. Frames are made here, without a database."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from reports.dataset.frames import Frame
from reports.report.figures.apart import ONE_GROUP
from reports.report.figures.outcomes import Outcomes
from reports.report.figures.samples import Samples
from reports.stats.consensus import mean, swings_of_mean
from tests.reports.matrices import ratings_of

SUBJECTS, PROMPTS = 12, 10
UNITS = SUBJECTS * PROMPTS
EVERY = np.ones(UNITS, dtype=bool)


def frame(labels) -> Frame:
    """``labels``: raters x units, a comparison for each subject and prompt."""
    ratings = ratings_of(labels, np.repeat(np.arange(SUBJECTS), PROMPTS))
    return Frame(
        stage=3,
        ratings=ratings,
        kind=np.array(["human"] * ratings.raters, dtype=object),
        name=np.array([f"r{rater}" for rater in range(ratings.raters)], dtype=object),
        consensus=mean(ratings),
        provisional=np.zeros(UNITS, dtype=bool),
        items=pa.table({"prompt_id": [f"p{place}" for place in range(PROMPTS)] * SUBJECTS}),
    )


def outcomes(labels) -> Outcomes:
    return Outcomes(Samples.of(frame(labels)))


def differing(raters):
    """Raters who differ by up to two points and are else of one mind."""
    chance = np.random.default_rng(7)
    settled = chance.integers(2, 5, UNITS)
    return np.clip(settled + np.arange(raters)[:, None] % 3 - 1, 1, 5).astype(float)


def width(estimate):
    return estimate["high"] - estimate["low"]


def test_raters_are_counted_from_six_on_and_that_is_said():
    five, six = (outcomes(differing(raters)).of_units(EVERY) for raters in (5, 6))
    assert {five[key]["over"] for key in ("mean", "win", "tie", "loss", "harm")} == {"subjects and prompts"}
    assert {six[key]["over"] for key in ("mean", "win", "tie", "loss", "harm")} == {"subjects, prompts and raters"}
    assert width(six["mean"]) > 2 * width(five["mean"])
    assert all(share["share"]["over"] == "subjects, prompts and raters" for share in six["distribution"])


def test_a_raters_part_of_a_mean_is_how_far_their_own_means_lie_apart():
    """All judge all: the variance of the mean over other raters is that of raters' means, divided by their number."""
    labels = differing(6)
    found = outcomes(labels)
    sums = found.samples.grouped(found.samples.frame.consensus.label[:, None], found.swing[:, :1], EVERY)
    moved = (sums.total - sums.parts["raters"])[:, 0] / UNITS
    jackknife = 5 / 6 * np.square(moved - moved.mean()).sum()
    assert jackknife == pytest.approx(labels.mean(axis=1).var(ddof=1) / 6)


def test_the_swing_of_a_mean_is_what_another_rater_would_have_changed():
    rows = swings_of_mean(ratings_of([[5.0], [3.0], [1.0]]), [1, 2, 3, 4, 5], lambda means: means[:, None])
    assert rows[:, 0] == pytest.approx([(5 - 2) / 3, 0, (1 - 4) / 3])


def test_an_adjudicated_label_is_no_raters():
    made = frame(differing(6))
    settled = replace(made, consensus=replace(made.consensus, label=made.consensus.label + 0.25))
    parts = Outcomes(Samples.of(settled))
    assert np.any(outcomes(differing(6)).swing)
    assert not np.any(parts.swing)


def test_groups_lie_apart_by_the_difference_of_their_means():
    labels = differing(6)
    first = np.arange(UNITS) % PROMPTS < PROMPTS // 2
    found = outcomes(labels).apart({"one": first, "other": ~first})
    expected = labels[:, first].mean() - labels[:, ~first].mean()
    assert found["one"].value == pytest.approx(expected)
    one, other = (found[name].as_json() for name in ("one", "other"))
    assert (other["low"], other["high"]) == pytest.approx((-one["high"], -one["low"]))
    assert found["one"].over == "subjects, prompts and raters"
    assert outcomes(labels).apart({"one": EVERY})["one"].reason == ONE_GROUP
