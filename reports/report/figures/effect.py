"""The effect of one arm from its frame: docs/protocol.md, What the report must answer, 5."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from reports.dataset.arms import SilentComparison
from reports.dataset.frames import Frame, overall_units
from reports.report.figures.outcomes import NO_DIFFERENCE
from reports.stats.crossed import CrossedMean
from reports.stats.endpoint import FEWEST, Judged, for_these, one_arm, subject_means
from reports.stats.estimate import Estimate
from reports.stats.ratings import Flags, Indices

type Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Effect:
    """In points of the 1-5 scale; 0 is no difference.

    ``others``: with other subjects, raters and prompts like these. ``these``: with other subjects alone. ``of_subjects``:
    each subject's mean. ``comparisons`` were judged by humans, ``silent`` ones by nobody; both count.
    """

    others: CrossedMean
    these: Estimate
    these_90: Estimate
    of_subjects: Floats
    comparisons: int
    silent: int

    @property
    def others_95(self) -> Estimate:
        """For "better" and "worse"."""
        return self.others.interval(0.95)

    @property
    def others_90(self) -> Estimate:
        """For the claim that a difference is too small to matter."""
        return self.others.equivalence(0.90)


def effect_of(frame: Frame, units: Flags, silent: Sequence[SilentComparison] = ()) -> Effect:
    """Over the overall units among ``units`` that humans judged, and the silent comparisons of the same arm."""
    judged = judged_of(frame, units, silent)
    weights = judged.weights()
    return Effect(
        others=one_arm(judged).mean(judged.value, fewest=FEWEST),
        these=for_these(weights, judged),
        these_90=for_these(weights, judged, level=0.90),
        of_subjects=subject_means(weights, judged),
        comparisons=len(np.unique(judged.comparison)) - len(silent),
        silent=len(silent),
    )


def judged_of(frame: Frame, units: Flags, silent: Sequence[SilentComparison] = ()) -> Judged:
    """A row for each human rating in the frame's order, then one for each silent comparison."""
    rows = frame.human.of_units(units & overall_units(frame))
    places = np.arange(len(silent))
    return Judged(
        value=np.concatenate([rows.label - NO_DIFFERENCE, np.zeros(len(silent))]),
        subject=_joined(rows.subject_keys[rows.subject[rows.unit]], [each.subject_key for each in silent]),
        prompt=_joined(frame.of_unit("prompt_id")[rows.unit], [each.prompt_id for each in silent]),
        rater=np.concatenate([rows.rater, np.full(len(silent), -1)]),
        comparison=np.concatenate([rows.unit, rows.units + places]),
    )


def _joined(keys: npt.NDArray[Any], silent: Sequence[Any]) -> Indices:
    """Indices without gaps, the same for the same key; -1 where there is none."""
    every = [*keys.tolist(), *silent]
    place = {key: number for number, key in enumerate(dict.fromkeys(key for key in every if key is not None))}
    place[None] = -1
    return np.fromiter((place[key] for key in every), dtype=np.int64, count=len(every))
