"""How much more would settle it, and what that costs: reports/stats/sizing.py in figures and words."""

from dataclasses import asdict
from typing import Any

import numpy as np

from reports.dataset.dataset import Dataset
from reports.dataset.frames import Frame
from reports.report.figures import planning_words as words
from reports.report.figures import verdict_words
from reports.report.figures.pricing import Rates, rates_of
from reports.report.figures.raters_needed import needed, usual_raters_needed
from reports.report.figures.weighing import Weighed
from reports.stats.assurance import FACTORS, variances_of
from reports.stats.endpoint import FEWEST, PrimaryEndpoint
from reports.stats.sizing import LEVERS, Now, Planner, Size, changed, now_of, planner_of

type Json = dict[str, Any]

# With fewer subjects nothing can be said of how much more it takes: how far they lie apart is itself too uncertain.
FEWEST_TO_PLAN = {"subjects": 20, "raters": FEWEST["rater"], "prompts": FEWEST["prompt"]}


def plan_figures(dataset: Dataset, frame: Frame, weighed: Weighed, *, seed: int) -> Json:
    """Of one question of stage 3. Where too few were judged, that instead, and what a verdict needs before there can be any."""
    found, k = weighed.found, dataset.facts.stages[frame.stage].k
    rates = rates_of(dataset, frame, weighed.comparisons)
    plan = plan_of(found.endpoint, rates, margin=found.margin, k=k, seed=seed, at_once=found.effect.at_once)
    first = [words.MISSED] if found.controls.missed else []
    return {**plan, "sentence": " ".join([*first, plan["sentence"], *verdict_words.needed(found.sample.missing)])}


def plan_of(endpoint: PrimaryEndpoint, rates: Rates, *, margin: float, k: int, seed: int, at_once: int = 1) -> Json:
    """``k``: ratings planned for each comparison. ``margin``: the smallest meaningful difference, in points.

    ``at_once``: so many verdicts' intervals hold together.
    """
    judged, crossing = endpoint.judged, endpoint.crossing()
    now, found = now_of(judged), crossing.mean(judged.value, fewest=FEWEST)
    common = {"currency": rates.currency, "fee": rates.fee, "pace": rates.sentence, "now": asdict(now)}
    short = {lever: fewest for lever, fewest in FEWEST_TO_PLAN.items() if getattr(now, lever) < fewest}
    if short or found.reason:
        return {**common, **_unknown(now, short, found.reason, margin, k)}
    planner = planner_of(
        judged,
        crossing,
        margin=margin,
        price=lambda more: float(rates.price(more)["total"]),
        seed=seed,
        at_once=at_once,
    )
    components = np.array([[found.components[name] for name in crossing.names]])
    deviations = np.sqrt(variances_of(crossing, components)[0]).tolist()
    return {**common, **_planned(planner, rates), **_of_raters(planner, deviations, margin)}


def _unknown(now: Now, short: dict[str, int], reason: str, margin: float, k: int) -> Json:
    usual = usual_raters_needed(margin, subjects=now.subjects, prompts=now.prompts, comparisons=now.comparisons, k=k)
    return {
        "chance": None,
        "proposal": None,
        "levers": [],
        "curves": {},
        "sentence": words.cannot_know(
            {lever: (getattr(now, lever), fewest) for lever, fewest in short.items()}, reason
        ),
        "spread": None,
        "raters_needed": usual,
    }


def _planned(planner: Planner, rates: Rates) -> Json:
    now, proposal = planner.now.size, planner.cheapest()
    sizes = [_of_size(planner, rates, size) for size in (now, proposal or planner.largest)]
    at_present, last = sizes
    return {
        "chance": at_present,
        "proposal": last if proposal else None,
        "levers": [_lever(planner, rates, lever) for lever in range(len(LEVERS))],
        "curves": {name: _curve(planner, lever) for lever, name in enumerate(LEVERS)},
        "sentence": words.plan(at_present, last)
        if proposal
        else words.no_plan(last, planner.truths, planner.of(planner.largest)),
    }


def _of_size(planner: Planner, rates: Rates, size: Size) -> Json:
    more, chance = planner.more(size), planner.chance(size)
    return {
        **dict(zip(LEVERS, size, strict=True)),
        **{f"more_{name}": round(count) for name, count in asdict(more).items()},
        **{f"chance_{name}": round(value, 3) for name, value in asdict(chance).items()},
        "price": rates.price(more),
    }


def _lever(planner: Planner, rates: Rates, lever: int) -> Json:
    """One of the three alone: how many of it in all, or how far the most of it come."""
    now = planner.now.size
    found = planner.enough(now, lever)
    most = changed(now, lever, planner.most(now, lever))
    return {"lever": LEVERS[lever], "settles": found is not None, **_of_size(planner, rates, found or most)}


def _curve(planner: Planner, lever: int) -> list[Json]:
    now = planner.now.size
    counts = [count for count in planner.counts(lever) if count <= planner.most(now, lever)]
    return [{LEVERS[lever]: count, "chance": planner.rough_chance(changed(now, lever, count))} for count in counts]


def _of_raters(planner: Planner, deviations: list[float], margin: float) -> Json:
    return {
        "spread": dict(zip(FACTORS, deviations, strict=True)),
        "raters_needed": needed(deviations, planner.sizes, margin, assumed=False),
    }
