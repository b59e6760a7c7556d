"""How many raters a verdict at the margin needs: said before a stage is opened, and again from what the study has shown."""

import math
from collections.abc import Sequence
from typing import Any

from reports.stats.assurance import Sizes, half_width
from reports.stats.decision import FEWEST_RATERS
from reports.stats.sizing import raters_needed

# Standard deviations of subjects, prompts, raters, comparisons and chance, in points: an assumption, as people's labels of real
# comparisons and the studies of benchmarks/verdict_simulation.py have them.
USUAL = (0.35, 0.15, 0.3, 0.5, 0.8)
MOST_RATERS = 400
UNBOUNDED = Sizes(math.inf, math.inf, FEWEST_RATERS, math.inf, math.inf)
EXAMPLES = (6, 12, 24)


def usual_raters_needed(margin: float, *, subjects: int, prompts: int, comparisons: int, k: int) -> dict[str, Any]:
    """Before anything is rated. Without comparisons: as if there were any number of them."""
    sizes = Sizes(subjects, prompts, FEWEST_RATERS, comparisons, comparisons * k) if comparisons else UNBOUNDED
    return needed(USUAL, sizes, margin, assumed=True)


def needed(deviations: Sequence[float], sizes: Sizes, margin: float, *, assumed: bool) -> dict[str, Any]:
    """``raters``: in all, however many of them rate each comparison; None where no number of them would do."""
    raters = raters_needed(deviations, sizes, margin, fewest=FEWEST_RATERS, most=MOST_RATERS)
    without_end = raters_needed(deviations, UNBOUNDED, margin, fewest=FEWEST_RATERS, most=MOST_RATERS)
    return {
        "raters": raters,
        "with_any_subjects": without_end,
        "assumed": assumed,
        "deviation": deviations[2],
        "sentence": _sentence(raters, without_end, deviations[2], margin, assumed=assumed),
        "alone": _alone(deviations[2]),
    }


def _sentence(raters: int | None, without_end: int | None, deviation: float, margin: float, *, assumed: bool) -> str:
    basis = (
        f"if raters lie as far apart as they usually do ({deviation:.1f} points around their average: an assumption)"
        if assumed
        else f"if they lie as far apart as those so far ({deviation:.2f} points around their average)"
    )
    if raters is not None:
        least = ", the fewest there may be for any," if raters == FEWEST_RATERS else ""
        return f"A verdict at the margin of {margin:.2f} points needs about {raters} different raters in all{least} {basis}."
    if without_end is not None:
        return (
            f"With so few subjects, prompts or ratings no number of raters makes a verdict at the margin of {margin:.2f} points "
            f"likely. With many more of them it needs about {without_end} different raters in all {basis}."
        )
    return (
        f"No number of raters up to {MOST_RATERS} makes a verdict at the margin of {margin:.2f} points likely, {basis}."
    )


def _alone(deviation: float) -> str:
    widths = " / ".join(f"{half_width(deviation, raters):.2f}" for raters in EXAMPLES)
    counts = " / ".join(map(str, EXAMPLES))
    return (
        f"The differences between raters alone leave the effect open by {widths} points to each side with {counts} raters, however "
        "many comparisons each of them rates. More raters who rate fewer pages each help; more pages of the same raters do not."
    )
