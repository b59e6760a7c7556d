"""Crossed samples: against the same algebra with whole matrices, against analysis of variance, and where there is no interval."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from reports.stats import crossed
from reports.stats.crossed import CrossedFactors, CrossedMean, Factor


def drawn(seed: int, *, arms: int = 1) -> tuple[np.ndarray, list[Factor]]:
    """A small study with gaps; a few values have no rater and no residual."""
    chance = np.random.default_rng(seed)
    n = int(chance.integers(12, 40))
    weights = chance.uniform(0.2, 1, n)
    arm = np.arange(n) % arms
    weights /= np.bincount(arm, weights=weights)[arm]
    sign = np.where(arm == 0, 1.0, -1.0)
    rater, rating = chance.integers(0, 4, n), np.arange(n)
    silent = chance.random(n) < 0.1
    rater[silent], rating[silent] = -1, -1
    factors = [
        Factor("subject", chance.integers(0, 5, n), sign),
        Factor("prompt", chance.integers(0, 6, n), sign),
        Factor("rater", rater, sign),
        *([Factor("rater of both", rater)] if arms == 2 else []),
        Factor("rating", rating),
    ]
    return weights * sign, factors


def whole(factor: Factor) -> np.ndarray:
    levels = np.unique(factor.level[factor.level >= 0])
    loading = np.ones(len(factor.level)) if factor.loading is None else factor.loading
    table: np.ndarray = (factor.level[:, None] == levels) * loading[:, None]
    return table


def forms_of(weights: np.ndarray, factors: list[Factor]) -> list[np.ndarray]:
    """Levels x values: what each level's sum of weighted residuals takes of each value."""
    size, first = np.abs(weights), weights > 0
    of_arm = np.outer(first, first * weights) + np.outer(~first, ~first * -weights)
    centring = np.eye(len(weights)) - of_arm
    return [whole(factor).T @ np.diag(size) @ centring for factor in factors]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([1, 2]))
def test_moments_are_those_of_whole_matrices(seed, arms):
    weights, factors = drawn(seed, arms=arms)
    crossing, forms, tables = (
        CrossedFactors(weights, factors),
        forms_of(weights, factors),
        [whole(each) for each in factors],
    )
    assume(len(crossing.names) == len(factors))  # two that are drawn alike are one
    assert crossing.expected == pytest.approx(
        np.array([[np.square(form @ table).sum() for table in tables] for form in forms])
    )
    assert crossing.parts == pytest.approx([np.square(table.T @ weights).sum() for table in tables])
    values = np.random.default_rng(seed).normal(size=len(weights))
    assert crossing.squares(values[:, None])[:, 0] == pytest.approx([np.square(form @ values).sum() for form in forms])


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([1, 2]))
def test_degrees_are_satterthwaites_of_whole_matrices(seed, arms):
    weights, factors = drawn(seed, arms=arms)
    crossing, forms = CrossedFactors(weights, factors), forms_of(weights, factors)
    assume(len(crossing.names) == len(factors))
    found = crossing.mean(np.random.default_rng(seed).integers(-2, 3, len(weights)).astype(float))
    variances = np.array(list(found.components.values()))
    covariance = sum(each * whole(factor) @ whole(factor).T for each, factor in zip(variances, factors, strict=True))
    shares = np.linalg.solve(crossing.expected, crossing.parts)
    form = sum(share * each.T @ each for share, each in zip(shares, forms, strict=True)) @ covariance
    assert found.degrees == pytest.approx(max(1, found.variance**2 / np.trace(form @ form)), rel=1e-6)
    assert found.variance == pytest.approx(crossing.parts @ variances)


def test_a_complete_design_gives_the_analysis_of_variance():
    labels = np.random.default_rng(3).normal(size=(8, 5)) + np.arange(5) + np.arange(8)[:, None]  # both vary
    subject, rater = (each.ravel() for each in np.indices(labels.shape))
    factors = [Factor("subject", subject), Factor("rater", rater), Factor("rating", np.arange(40))]
    found = CrossedFactors(np.full(40, 1 / 40), factors).mean(labels.ravel())
    of_subject = 5 * labels.mean(axis=1).var(ddof=1)
    of_rater = 8 * labels.mean(axis=0).var(ddof=1)
    rest = labels - labels.mean(axis=1, keepdims=True) - labels.mean(axis=0) + labels.mean()
    residual = np.square(rest).sum() / 28
    assert found.estimate == pytest.approx(labels.mean())
    assert found.components["rater"] == pytest.approx((of_rater - residual) / 8)
    assert found.variance == pytest.approx((of_subject + of_rater - residual) / 40)


def test_what_one_sample_alone_varies_is_students_interval():
    values = np.random.default_rng(5).normal(size=12)
    found = CrossedFactors(
        np.full(12, 1 / 12), [Factor("subject", np.arange(12)), Factor("rating", np.arange(12))]
    ).mean(values)
    assert found.degrees == pytest.approx(11)
    assert found.variance == pytest.approx(values.var(ddof=1) / 12)
    assert list(found.components) == ["subject"]
    assert found.interval().clusters == 12
    assert (found.interval().level, found.interval(0.9).level) == (0.95, 0.9)
    assert found.interval().low == pytest.approx(values.mean() - 2.201 * (values.var(ddof=1) / 12) ** 0.5, abs=1e-3)


def test_the_interval_of_equivalence_is_guarded_where_degrees_are_few():
    few, many = (CrossedMean(0.1, 1.0, degrees, {}, {}, 50) for degrees in (8.0, 1e9))
    assert few.equivalence().high == pytest.approx(0.1 + 1.8595 + 1.0 / 8**0.5 * (1 + 2 * 1.8595**2) / 6, abs=1e-3)
    assert [many.equivalence().low, many.equivalence().high] == pytest.approx([0.1 - 1.645, 0.1 + 1.645], abs=1e-3)


def test_factors_that_coincide_are_merged_whatever_their_sign():
    sign = np.array([1.0, -1, 1, -1, 1, -1])
    pairs = np.array([0, 1, 2, 3, 4, 5])
    names = CrossedFactors(
        sign / 3, [Factor("rater", pairs, sign), Factor("rater of both", pairs), Factor("half", pairs // 2)]
    ).names
    assert names == ["rater", "half"]


def test_a_factor_of_many_levels_leaves_the_degrees_to_the_others(monkeypatch):
    chance = np.random.default_rng(8)
    subject, rater = np.repeat(np.arange(12), 20), chance.integers(0, 9, 240)
    factors = [Factor("subject", subject), Factor("rater", rater), Factor("rating", np.arange(240))]
    values = chance.normal(size=240) + 0.3 * chance.normal(size=12)[subject] + 0.3 * chance.normal(size=9)[rater]
    exact = CrossedFactors(np.full(240, 1 / 240), factors).mean(values)
    monkeypatch.setattr(crossed, "MANY", 200)
    without = CrossedFactors(np.full(240, 1 / 240), factors).mean(values)
    assert without.variance == pytest.approx(exact.variance)
    assert without.degrees != exact.degrees
    assert without.degrees == pytest.approx(exact.degrees, rel=0.1)


def test_studies_of_one_design_are_as_each_alone():
    weights, factors = drawn(6, arms=2)
    crossing = CrossedFactors(weights, factors)
    values = np.random.default_rng(6).normal(size=(len(weights), 3))
    values[:, 1] = 2
    together, alone = crossing.means(values), [crossing.mean(each) for each in values.T]
    assert [each.reason for each in together] == [each.reason for each in alone] == ["", crossed.NO_VARIANCE, ""]
    assert [each.variance for each in together] == pytest.approx([each.variance for each in alone])
    assert [each.degrees for each in together] == pytest.approx([each.degrees for each in alone])


def test_equal_ratings_have_no_interval_and_say_why():
    weights, factors = drawn(4)
    found = CrossedFactors(weights, factors).mean(np.ones(len(weights)))
    assert found.estimate == pytest.approx(1)
    assert found.interval().value == pytest.approx(1)
    assert found.interval().no_interval == crossed.NO_VARIANCE


def test_too_few_levels_have_no_interval_and_say_which():
    weights, factors = drawn(4)
    found = CrossedFactors(weights, factors).mean(np.arange(len(weights), dtype=float), fewest={"rater": 5})
    assert found.interval().no_interval == "An interval for other raters needs at least 5 raters; there are 4."
    assert found.interval().value == found.equivalence().value == found.estimate


def test_nothing_judged_has_no_estimate():
    none = np.zeros(0, dtype=np.int64)
    found = CrossedFactors(np.zeros(0), [Factor("subject", none), Factor("rating", none)]).mean(np.zeros(0))
    assert found.estimate is None
    assert found.interval().reason == crossed.NO_VALUES
