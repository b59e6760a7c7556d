"""Cases on which an arm is silent: ties that nobody is asked about. How many of them count, and what share they are."""

from collections.abc import Sequence

import numpy as np

from reports.dataset.arms import SilentComparison
from reports.dataset.frames import Frame, overall_units
from reports.report.figures.joining import joined
from reports.stats.crossing import SHARE, Crossing, estimate
from reports.stats.estimate import Estimate
from reports.stats.ratings import Flags
from reports.stats.shares import ratio


def counted(frame: Frame, units: Flags, silent: Sequence[SilentComparison]) -> Sequence[SilentComparison]:
    """As large a part of the silent comparisons as was judged of the others, evenly spread: all of them, once all are judged.

    They are known from the start. Counted at once, they would draw an effect that is being measured towards 0.
    """
    asked = int(asked_units(frame, units).sum())
    if not asked:
        return ()
    share = int(judged_units(frame, units).sum()) / asked
    steps = np.floor(share * np.arange(len(silent) + 1) + 0.5)
    return [each for each, step in zip(silent, np.diff(steps), strict=True) if step]


def judged_units(frame: Frame, units: Flags) -> Flags:
    """Of the overall units among ``units``: those that a human has judged."""
    judged = np.zeros(len(units), dtype=np.bool_)
    judged[frame.human.of_units(units & overall_units(frame)).unit] = True
    return judged


def asked_units(frame: Frame, units: Flags) -> Flags:
    """And those that wait for one."""
    is_open = ~frame.of_unit("withdrawn").astype(np.bool_)
    return judged_units(frame, units) | (units & overall_units(frame) & is_open)


def share_silent(frame: Frame, units: Flags, silent: Sequence[SilentComparison]) -> Estimate:
    """Of all cases of an arm, judged or waiting or silent."""
    asked = np.flatnonzero(asked_units(frame, units))
    is_silent = np.arange(len(asked) + len(silent)) >= len(asked)
    subject = joined(frame.ratings.subject_keys[frame.ratings.subject[asked]], [each.subject_key for each in silent])
    prompt = joined(frame.of_unit("prompt_id")[asked], [each.prompt_id for each in silent])
    sums = Crossing.of(subject, prompt).sums([is_silent, np.ones(len(is_silent))])
    return estimate(sums, ratio, n=len(is_silent), within=SHARE)
