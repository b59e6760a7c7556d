"""Who finds what matters: any two models, yes to everything, verifiers at stage 1, and models and groups beside each other."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from reports.dataset.frames import Frame
from reports.report.figures.apart import shares_apart
from reports.report.figures.samples import Samples
from reports.report.figures.selecting import ANY_TWO, EVERYTHING, lines_beside, machines_apart, scores_of_raters
from reports.stats.consensus import majority
from tests.reports.matrices import ratings_of

NAN = np.nan


def samples(stage: int, matrix: Any, kinds: list[str]) -> Samples:
    """A stage as figures read it: raters x units, three units a subject, prompts of their own."""
    cells = np.asarray(matrix, dtype=float)
    ratings = ratings_of(cells, np.arange(cells.shape[1]) // 3)
    kind = np.array(kinds, dtype=object)
    scale, otherwise = {1: ((1, 2, 3), 2), 2: ((0, 1), 0)}[stage]
    consensus = majority(ratings.of_raters(kind == "human"), scale, otherwise)
    items = pa.table({"prompt_id": pa.array([None] * cells.shape[1], pa.string())})
    names = np.array([f"{each} {place}" for place, each in enumerate(kinds)], dtype=object)
    return Samples.of(Frame(stage, ratings, kind, names, consensus, consensus.raters < 3, items))


KINDS = ["human", "human", "human", "model", "model", "model"]
RELEVANCE = [
    [1, 1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0],
    [1, 0, 0, 0, 1, 1, 0, 0, 1, 0, 1, 0],
    [1, 1, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0],
    [1, 1, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0],
    [1, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0, 0],
    [0, 1, 0, 0, 0, 1, 1, 0, 1, 1, 0, NAN],
]
YES = np.array([False, True])


def test_yes_to_everything_has_the_share_of_yes_for_its_precision_and_misses_nothing():
    found = samples(2, RELEVANCE, KINDS)
    everything, any_two = lines_beside(found, YES)
    share = float((found.frame.consensus.label == 1).mean())
    assert (everything["name"], any_two["name"]) == (EVERYTHING, ANY_TWO)
    assert everything["precision"]["value"] == pytest.approx(share)
    assert everything["recall"]["value"] == 1
    assert everything["f1"]["value"] == pytest.approx(2 * share / (1 + share))


def test_any_two_models_say_yes_where_at_least_two_do():
    _everything, any_two = lines_beside(samples(2, RELEVANCE, KINDS), YES)
    # Units 1, 2, 3, 7 and 9 have two model yes; humans' majority says yes to 1, 2, 5 and 9.
    assert any_two["yes_rate"]["value"] == pytest.approx(5 / 12)
    assert (any_two["precision"]["value"], any_two["recall"]["value"]) == pytest.approx((3 / 5, 3 / 4))
    alone = [line["name"] for line in lines_beside(samples(2, RELEVANCE[:4], KINDS[:4]), YES)]
    assert alone == [EVERYTHING]


def test_two_models_are_compared_on_the_units_both_judged():
    found = machines_apart(samples(2, RELEVANCE, KINDS), YES)
    assert [(pair["one"], pair["other"], pair["f1"]["n"]) for pair in found] == [
        ("model 3", "model 4", 12),
        ("model 3", "model 5", 11),
        ("model 4", "model 5", 11),
    ]
    scores = scores_of_raters(samples(2, RELEVANCE, KINDS), YES)
    assert found[0]["f1"]["value"] == pytest.approx(scores[3]["f1"]["value"] - scores[4]["f1"]["value"])
    assert found[0]["f1"]["low"] < found[0]["f1"]["value"] < found[0]["f1"]["high"]


def test_a_verifier_is_scored_by_what_it_flags():
    """Flagged is unsure or reject; three who say three things are unsure, so flagged. Humans face the two others: no accept by both is a flag."""
    matrix = [[1, 1, 3, 1, 3, 2], [1, 2, 3, 1, 1, 2], [1, 1, 2, 3, 2, 1], [1, 2, 3, 3, 2, 1]]
    scores = scores_of_raters(samples(1, matrix, ["human", "human", "human", "model"]), np.array([False, True, True]))
    # The consensus flags units 3, 5 and 6; the model 2, 3, 4 and 5.
    assert (scores[3]["precision"]["value"], scores[3]["recall"]["value"]) == pytest.approx((2 / 4, 2 / 3))
    assert scores[0]["left_out"]
    # Of the first human's others, both accept unit 1 alone; the human flags 3, 5 and 6 of the five that they flag.
    assert (scores[0]["precision"]["value"], scores[0]["recall"]["value"]) == pytest.approx((1, 3 / 5))


def test_a_group_is_set_beside_all_others():
    found = samples(2, RELEVANCE, KINDS)
    first = np.arange(12) % 2 == 0
    apart = shares_apart(found, {"even": first, "odd": ~first}, place=1)
    label = found.frame.consensus.label
    assert apart["even"].value == pytest.approx(label[first].mean() - label[~first].mean())
    assert apart["even"].value == -(apart["odd"].value or 0)
    assert apart["even"].low is not None
    assert shares_apart(found, {"all": first | ~first}, place=1)["all"].reason
