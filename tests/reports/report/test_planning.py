"""The planner's figures and page: what it proposes, what it costs, and when it says that it can't know."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from benchmarks.planner_simulation import Pilot, layout, rated
from reports.report.figures.effect import ArmRows, contrast_of
from reports.report.figures.planning import plan_of
from reports.report.figures.pricing import WORDS_A_MINUTE, Rates
from reports.report.figures.raters_needed import usual_raters_needed
from reports.report.presenting.planner import planner_section
from reports.stats.assurance import Forecast, Sizes, Truths, half_width, variances_of
from reports.stats.endpoint import Judged, PrimaryEndpoint
from reports.stats.sizing import More
from tests.reports.report.judged_frames import frame

RATES = Rates(
    seconds=60,
    timed=True,
    words=400,
    first_seconds=600,
    call=0.02,
    pay_per_hour=12,
    fee=25,
    currency="EUR",
)
STOPPING = {"sentence": "The study should go on.", "method": "Five looks."}


def judged(pilot: Pilot, effect: float = 0.1) -> Judged:
    chance = np.random.default_rng(8)
    found = layout(pilot, chance)
    return replace(found, value=rated(found, effect, np.square([0.35, 0.15, 0.25, 0.5, 0.8]), chance))


def planned(pilot: Pilot, rates: Rates = RATES) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        json.dumps(plan_of(PrimaryEndpoint(judged(pilot)), rates, margin=0.25, k=3, seed=1), allow_nan=False)
    )
    return found


@pytest.fixture(scope="module")
def plan() -> dict[str, Any]:
    return planned(Pilot(subjects=24, raters=8, prompts=12))


def page(plan: dict[str, Any]) -> str:
    return str(planner_section({"plan": {**plan, "arms": [], "contrasts": [], "stopping": STOPPING}}))


def test_the_proposal_has_more_people_and_a_price_that_is_the_sum_of_its_parts(plan):
    proposal = plan["proposal"]
    assert proposal["chance_mean"] == pytest.approx(0.8, abs=0.02)
    assert proposal["chance_low"] < 0.8 < proposal["chance_high"]
    assert plan["chance"]["chance_mean"] < 0.7
    assert proposal["raters"] > 8
    price = proposal["price"]
    assert price["total"] == pytest.approx(sum(price[part] for part in ("time", "first", "fee", "calls")), abs=0.02)
    assert f"A study of {proposal['subjects']} subjects, {proposal['raters']} raters" in plan["sentence"]


def test_the_page_shows_range_levers_and_each_part_of_the_price(plan):
    shown = page(plan)
    for words in (
        "The cheapest that settles it",
        "More subjects alone",
        "More raters alone",
        "More prompts alone",
        "Raters' time",
        "New raters read the guidelines",
        "Platform fee (25 %)",
        "Calls of models",
        f"{round(100 * plan['proposal']['chance_low'])} to {round(100 * plan['proposal']['chance_high'])} %",
        "Raters have taken 60 seconds for a comparison of 400 words, 400 words a minute.",
        "different raters in all",
    ):
        assert words in shown
    assert "an assumption" not in shown


@pytest.mark.parametrize(
    ("pilot", "lacks"),
    [
        (Pilot(19, 8, 12), "19 of 20 subjects"),
        (Pilot(24, 5, 12), "5 of 6 raters"),
        (Pilot(24, 8, 9), "9 of 10 prompts"),
    ],
)
def test_with_too_few_it_says_that_it_cannot_know(pilot, lacks):
    plan = planned(pilot)
    assert plan["sentence"].endswith(f"So far: {lacks}.")
    assert (plan["proposal"], plan["levers"]) == (None, [])
    shown = page(plan)
    assert "can't be known" in shown
    assert "around their average: an assumption" in shown


def test_a_margin_that_no_study_reaches_has_no_size_and_the_reason_is_said():
    plan = plan_of(PrimaryEndpoint(judged(Pilot(24, 8, 12))), RATES, margin=0.01, k=3, seed=1)
    assert plan["proposal"] is None
    assert plan["sentence"].startswith("No study up to 576 subjects")
    assert "What leaves most open" in plan["sentence"]
    assert "perhaps too near to the margin" in plan["sentence"]


def test_each_part_of_a_price():
    price = RATES.price(More(comparisons=100, ratings=300, raters=6))
    assert price == {"time": 60.0, "first": 12.0, "fee": 18.0, "calls": 2.0, "total": 92.0}


def test_what_is_not_known_is_in_no_price_and_is_said():
    unknown = replace(RATES, seconds=None, words=None, call=None)
    assert unknown.price(More(100, 300, 6)) == {"time": None, "first": 12.0, "fee": 3.0, "calls": None, "total": 15.0}
    shown = page(planned(Pilot(24, 8, 12), unknown))
    assert "calls of models are not in the price" in shown
    assert "not known" in unknown.sentence


def test_pages_that_nobody_timed_are_reckoned_by_a_stated_pace():
    assert f"at {WORDS_A_MINUTE} words a minute (Brysbaert 2019)" in replace(RATES, timed=False).sentence


def test_raters_needed_before_anything_is_rated_rest_on_an_assumption():
    needed = usual_raters_needed(0.25, subjects=80, prompts=40, comparisons=400, k=3)
    assert needed["raters"] > 12
    assert "0.3 points around their average: an assumption" in needed["sentence"]
    widths = " / ".join(f"{half_width(0.3, raters):.2f}" for raters in (6, 12, 24))
    assert f"{widths} points to each side with 6 / 12 / 24 raters" in needed["alone"]
    without = usual_raters_needed(0.25, subjects=0, prompts=0, comparisons=0, k=3)
    assert without["raters"] < needed["raters"]


def test_too_few_subjects_are_not_mended_by_raters():
    needed = usual_raters_needed(0.15, subjects=10, prompts=10, comparisons=10, k=3)
    assert needed["raters"] is None
    assert "no number of raters" in needed["sentence"]


def test_a_contrast_has_a_plan_of_its_own_which_asks_for_more_where_others_hold_with_it():
    together = frame(0.0, 0.1, spread=1.0, raters=8)
    both = ArmRows(np.arange(264) < 132), ArmRows(np.arange(264) >= 132)
    endpoint = contrast_of(together, *both)
    found, crossing = endpoint.crossing().mean(endpoint.judged.value), endpoint.crossing()
    components = np.array([[found.components[name] for name in crossing.names]])
    sizes, variances = Sizes.of(crossing, nested=False).levels, variances_of(crossing, components)[0]
    assert float((variances / sizes).sum()) == pytest.approx(found.variance), "what is planned with is what was found"
    assert sizes == pytest.approx([12, 11, sizes[2], 132, 792], rel=0.01)
    assert 7 < sizes[2] <= 8
    alone, of_three = (
        Forecast(Truths(np.zeros(1), variances[None]), 0.25, studies=2000, seed=1, at_once=each) for each in (1, 3)
    )
    twice = Sizes.of(crossing, nested=False).grown(subjects=2, raters=2)
    assert of_three.chance(twice) < alone.chance(twice)


def test_a_contrast_is_planned_with_the_people_of_both_arms():
    pilot = Pilot(subjects=24, raters=8, prompts=12)
    one = judged(pilot)
    second = np.arange(len(one.value)) % 2 == 1
    plan = plan_of(PrimaryEndpoint.of_two(one, second, one.comparison), RATES, margin=0.25, k=3, seed=1, at_once=3)
    assert plan["now"]["raters"] == 8
    assert plan["chance"]["chance_mean"] < 0.5
    assert plan["sentence"]
