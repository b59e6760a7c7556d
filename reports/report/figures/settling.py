"""How many subjects, raters and prompts would settle a question that is open: docs/protocol.md, the verdict's sixth rule."""

from math import ceil
from typing import Any

from reports.report.figures.effect import Effect

MOST_TIMES = 24  # as many as now; what takes more lies too near to the margin for any study of this kind
SAMPLES = {"subjects": "subject", "raters": "rater", "prompts": "prompt"}


def settling(effect: Effect, margin: float) -> dict[str, Any]:
    """If the effect stayed as it is and all three samples grew alike: as many in all. None where that would not do.

    The variance of a crossed mean falls with all its samples together, so an interval of half the width takes four times as
    many of each; with more of them Student's quantile falls too, so that it rather errs on the side of many. An effect of the
    margin or more is settled by a 95 % interval that leaves out 0, a smaller one by a 90 % interval within the margin.
    """
    others = effect.others
    size = abs(others.estimate or 0.0)
    reaches = size >= margin
    room, interval = (size, effect.others_95) if reaches else (margin - size, effect.others_90)
    times = (((interval.high or 0.0) - (interval.low or 0.0)) / 2 / room) ** 2
    enough = None if times > MOST_TIMES else times
    return {"times": enough, **{name: enough and ceil(others.levels[key] * enough) for name, key in SAMPLES.items()}}
