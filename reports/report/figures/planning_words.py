"""The planner's sentences."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from reports.stats.assurance import FACTORS, Sizes, Truths
from reports.stats.sizing import WANTED_CHANCE

APART = {
    "subject": "how far subjects lie apart",
    "prompt": "how far prompts lie apart",
    "rater": "how far raters lie apart: more ratings by the same people do not help against it",
    "comparison": "how far comparisons of one subject lie apart",
    "rating": "how far ratings of one comparison lie apart",
}

MISSED = (
    "Raters missed planted differences that are there, and more of such ratings would settle nothing: see first who missed them. "
    "Of raters who notice them this holds:"
)


def cannot_know(short: Mapping[str, tuple[int, int]], reason: str) -> str:
    """``short``: how many there are and how many it takes, by name."""
    if not short:
        return f"How much more it takes can't be known yet. {reason}"
    there = ", ".join(f"{count} of {fewest} {name}" for name, (count, fewest) in short.items())
    return f"How much more it takes can't be known yet: so few do not tell how far others would lie from them. So far: {there}."


def plan(at_present: dict[str, Any], proposal: dict[str, Any]) -> str:
    size = f"{proposal['subjects']} subjects, {proposal['raters']} raters and {proposal['prompts']} prompts"
    if not proposal["more_ratings"] and not proposal["more_raters"]:
        return (
            f"A study as large as this one ({size}) reaches a verdict with a chance of {percent(proposal['chance_mean'])} "
            f"if it is done again. {_range(proposal)}"
        )
    return (
        f"A study of {size} in all would reach a verdict with a chance of {percent(WANTED_CHANCE)}, and is the cheapest that "
        f"would. One as large as this ({at_present['subjects']}, {at_present['raters']} and "
        f"{at_present['prompts']}) has a chance of {percent(at_present['chance_mean'])}. {_range(proposal)}"
    )


def no_plan(largest: dict[str, Any], truths: Truths, sizes: Sizes) -> str:
    """``largest`` and ``sizes``: of the largest study that was tried."""
    low, high = np.quantile(truths.effect, [0.05, 0.95])
    widest = FACTORS[int(np.median(truths.variances / sizes.levels, axis=0).argmax())]
    return (
        f"No study up to {largest['subjects']} subjects, {largest['raters']} raters and {largest['prompts']} prompts would reach "
        f"a verdict with a chance of {percent(WANTED_CHANCE)}; the largest has one of {percent(largest['chance_mean'])}. By what "
        f"is known the effect lies from {low:+.2f} to {high:+.2f} points, perhaps too near to the margin for any study. What "
        f"leaves most open in the largest is {APART[widest]}."
    )


def _range(found: dict[str, Any]) -> str:
    """The chance is a mean over what may be true; this says over what."""
    return (
        f"Neither the effect nor how far people lie apart is known exactly: in the worst tenth of what may be true the chance is "
        f"at most {percent(found['chance_low'])}, in the best tenth at least {percent(found['chance_high'])}."
    )


def percent(chance: float) -> str:
    return f"{round(100 * chance)} %"
