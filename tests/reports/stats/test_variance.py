"""Variance components: a published table, the classical analysis where it applies, and a known truth with gaps."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from reports.stats import variance
from reports.stats.crossing import ALONE
from reports.stats.ratings import Ratings
from reports.stats.variance import (
    NO_PROMPTS,
    ONE_LEVEL,
    PROMPT_IS_ITEM,
    variance_components,
    variance_shares,
)
from tests.reports.matrices import ratings_of

NAN = np.nan
# Shrout and Fleiss (1979), Psychological Bulletin 86:420-428, table 2: four judges, six targets.
SHROUT_FLEISS = [[9, 6, 8, 7, 10, 6], [2, 1, 4, 1, 5, 2], [5, 3, 6, 2, 6, 4], [8, 2, 8, 6, 9, 7]]


def test_components_are_those_of_the_published_mean_squares():
    found = variance_components(ratings_of(SHROUT_FLEISS))  # one unit each: the target is the subject
    # Mean squares of targets 11.24, judges 32.49, residual 1.02.
    assert found["subject"].value == pytest.approx((11.2417 - 1.0194) / 4, abs=1e-3)
    assert found["rater"].value == pytest.approx((32.4861 - 1.0194) / 6, abs=1e-3)
    assert found["residual"].value == pytest.approx(1.0194, abs=1e-4)
    assert found["item"].reason == variance.SAME
    shares = variance_shares(ratings_of(SHROUT_FLEISS))
    assert shares.subject.value == pytest.approx(0.29, abs=5e-3)  # ICC(2,1)


@given(st.integers(0, 10_000))
def test_complete_nested_design_is_the_classical_analysis(seed):
    chance = np.random.default_rng(seed)
    raters, subjects, items = 3, 4, 5
    label = chance.normal(size=(raters, subjects, items)).round(2)
    label += (
        2 * chance.normal(size=(raters, 1, 1))
        + chance.normal(size=(1, subjects, 1))
        + chance.normal(size=(1, subjects, items))
    )
    mean = label.mean()
    of_item, of_subject, of_rater = label.mean(axis=0), label.mean(axis=(0, 2)), label.mean(axis=(1, 2))
    residual = label - of_item - of_rater[:, None, None] + mean
    squares = {
        "rater": subjects * items * ((of_rater - mean) ** 2).sum() / (raters - 1),
        "subject": raters * items * ((of_subject - mean) ** 2).sum() / (subjects - 1),
        "item": raters * ((of_item - of_subject[:, None]) ** 2).sum() / (subjects * (items - 1)),
        "residual": (residual**2).sum() / ((raters - 1) * (subjects * items - 1)),
    }
    expected = {
        "rater": (squares["rater"] - squares["residual"]) / (subjects * items),
        "subject": (squares["subject"] - squares["item"]) / (raters * items),
        "item": (squares["item"] - squares["residual"]) / raters,
        "residual": squares["residual"],
    }
    found = variance_components(ratings_of(label.reshape(raters, -1), subject=np.repeat(np.arange(subjects), items)))
    for name, value in expected.items():
        assert found[name].value == pytest.approx(max(0, value), abs=1e-9)


def test_known_truth_is_found_through_gaps():
    chance = np.random.default_rng(5)
    subjects, per_subject, raters, k = 300, 20, 60, 3
    units = subjects * per_subject
    subject = np.repeat(np.arange(subjects), per_subject)
    unit = np.repeat(np.arange(units), k)
    rater = np.concatenate([chance.choice(raters, size=k, replace=False, p=SKEWED) for _ in range(units)])
    keep = chance.random(len(unit)) < 0.7
    unit, rater = unit[keep], rater[keep]
    truth = {"rater": 0.5, "subject": 0.3, "item": 0.8, "residual": 0.4}
    label = (
        chance.normal(0, truth["rater"] ** 0.5, raters)[rater]
        + chance.normal(0, truth["subject"] ** 0.5, subjects)[subject][unit]
        + chance.normal(0, truth["item"] ** 0.5, units)[unit]
        + chance.normal(0, truth["residual"] ** 0.5, len(unit))
    )
    found = variance_components(
        Ratings(unit, rater, label, subject, np.arange(units), np.arange(raters), np.arange(subjects))
    )
    assert found["residual"].value == pytest.approx(0.4, rel=0.1)
    assert found["item"].value == pytest.approx(0.8, rel=0.1)
    assert found["subject"].value == pytest.approx(0.3, rel=0.25)
    assert found["rater"].value == pytest.approx(0.5, rel=0.5)  # sixty draws: 19 % standard error before skew


SKEWED = np.arange(1, 61) / np.arange(1, 61).sum()


@pytest.mark.parametrize(
    ("matrix", "subject", "reasons"),
    [
        ([[1, 2, 3, 1]], [0, 0, 1, 1], {"rater": variance.ONE_LEVEL["rater"], "item": variance.ONCE}),
        ([[1, 2, 3], [2, 3, 3]], [0, 0, 0], {"subject": variance.ONE_LEVEL["subject"]}),
        ([[1, 2], [NAN, 2]], [0, 1], {"item": variance.SAME}),
        (
            [[1], [2], [4]],
            [0],
            dict.fromkeys(("rater", "residual"), variance.ENTANGLED)
            | {"subject": variance.ONE_LEVEL["subject"], "item": variance.ONE_LEVEL["item"]},
        ),
        (
            [[1, 2, 4]],
            [0, 0, 0],
            {
                "rater": variance.ONE_LEVEL["rater"],
                "subject": variance.ONE_LEVEL["subject"],
                "item": variance.ONCE,
                "residual": variance.ENTANGLED,
            },
        ),
        ([[1, 2]], [0, 1], dict.fromkeys(("rater", "subject", "item", "residual"), variance.TOO_FEW)),
        (
            [[1, 2, NAN, NAN], [NAN, NAN, 3, 1]],
            [0, 0, 1, 1],
            dict.fromkeys(("rater", "subject", "residual"), variance.ENTANGLED) | {"item": variance.ONCE},
        ),
        ([[2, 2], [2, 2]], [0, 1], dict.fromkeys(("rater", "subject", "item", "residual"), variance.NO_VARIANCE)),
    ],
)
def test_design_that_says_nothing_says_why(matrix, subject, reasons):
    shares = variance_shares(ratings_of(matrix, subject=subject))
    found = {name: getattr(shares, name).reason for name in ("rater", "subject", "item", "residual")}
    assert {name: reason for name, reason in found.items() if reason} == reasons


@given(
    st.lists(st.lists(st.sampled_from([1.0, 2, 3, NAN]), min_size=4, max_size=4), min_size=2, max_size=10),
    st.permutations(range(4)),
    st.floats(-5, 5),
)
def test_shares_ignore_order_and_level(rows, order, shift):
    matrix = np.array(rows).T
    subject = np.arange(matrix.shape[1]) // 2
    before = variance_components(ratings_of(matrix, subject=subject))
    after = variance_components(ratings_of(matrix[order] + shift, subject=subject))
    assume(all(one.value is None or one.value < 100 for one in before.values()))  # nearly entangled: no digits left
    for name, one in before.items():
        assert one.reason == after[name].reason
        assert one.value == pytest.approx(after[name].value, abs=1e-6)
    shares = variance_shares(ratings_of(matrix, subject=subject))
    sources = (shares.rater, shares.subject, shares.item, shares.residual)
    defined = [one.value for one in sources if one.value is not None]
    assert not defined or sum(defined) == pytest.approx(1)


def test_prompts_have_a_part_of_their_own_where_they_cross_subjects():
    chance = np.random.default_rng(8)
    subject, prompt = np.repeat(np.arange(60), 20), np.tile(np.arange(20), 60)
    value = chance.normal(0, 1, 60)[subject] + chance.normal(0, 2, 20)[prompt] + chance.normal(0, 1, 1200)
    ratings = ratings_of(value + chance.normal(0, 1, (3, 1200)), subject=subject)
    found = variance_components(ratings, prompt)
    assert found["prompt"].value == pytest.approx(4, rel=0.6)  # twenty prompts say little of how prompts differ
    assert found["item"].value == pytest.approx(1, rel=0.2)
    assert found["residual"].value == pytest.approx(1, rel=0.1)
    shares = variance_shares(ratings, prompt)
    parts = [shares.rater, shares.subject, shares.prompt, shares.item, shares.residual]
    assert sum(part.value or 0 for part in parts) == pytest.approx(1)


@pytest.mark.parametrize(
    ("prompt", "reason"), [(None, NO_PROMPTS), (np.full(6, 3), ONE_LEVEL["prompt"]), (np.arange(6), PROMPT_IS_ITEM)]
)
def test_prompts_without_a_part_say_why(prompt, reason):
    ratings = ratings_of(np.random.default_rng(3).normal(size=(3, 6)), subject=[0, 0, 1, 1, 2, 2])
    found = variance_components(ratings, prompt)
    assert found["prompt"].reason == reason
    assert found["residual"].value is not None


def test_shares_have_intervals_over_subjects_and_one_subject_says_why_not():
    chance = np.random.default_rng(11)
    subject = np.repeat(np.arange(30), 4)
    label = chance.normal(size=(5, 1)) + chance.normal(size=30)[subject] + chance.normal(size=(5, 120)) / 2
    found = variance_shares(ratings_of(label, subject))
    assert {found.rater.over, found.subject.over, found.residual.over} == {"subjects"}
    share = found.subject.as_json()
    assert 0 <= share["low"] < share["value"] < share["high"] <= 1
    assert found.subject.clusters == 30
    alone = variance_shares(ratings_of(label[:, :4], subject[:4]))
    assert alone.rater.no_interval == ALONE.format("subject")
