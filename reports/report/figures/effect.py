"""The effect of one arm, or of one arm over another, from their frame: docs/protocol.md, What the report must answer, 5."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from reports.dataset.arms import SilentComparison
from reports.dataset.frames import Frame, overall_units
from reports.report.figures.joining import joined
from reports.report.figures.outcomes import NO_DIFFERENCE
from reports.report.figures.silence import counted
from reports.stats.crossed import CrossedMean
from reports.stats.endpoint import FEWEST, Judged, PrimaryEndpoint, for_these, of_several, subject_means
from reports.stats.estimate import Estimate
from reports.stats.ratings import Flags

type Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Effect:
    """In points of the 1-5 scale; 0 is no difference.

    ``others``: with other subjects, raters and prompts like these. ``these``: with other subjects alone. ``of_subjects``:
    each subject's mean. ``comparisons`` were judged by humans, ``silent`` ones by nobody; both count. ``at_once``: so many
    effects' intervals hold together.
    """

    others: CrossedMean
    these: Estimate
    these_90: Estimate
    of_subjects: Floats
    comparisons: int
    silent: int
    at_once: int = 1

    @property
    def others_95(self) -> Estimate:
        """For "better" and "worse"."""
        return self.others.interval(of_several(0.95, self.at_once))

    @property
    def others_90(self) -> Estimate:
        """For the claim that a difference is too small to matter."""
        return self.others.equivalence(of_several(0.90, self.at_once))


def effect_of(frame: Frame, units: Flags, silent: Sequence[SilentComparison] = ()) -> Effect:
    """Over the overall units among ``units`` that humans judged, and the silent comparisons of the same arm that count."""
    return effect_of_endpoint(endpoint_of(frame, units, counted(frame, units, silent)))


def effect_of_endpoint(endpoint: PrimaryEndpoint, at_once: int = 1) -> Effect:
    judged, weights = endpoint.judged, endpoint.weights()
    comparisons, rated = (len(np.unique(each)) for each in (judged.comparison, judged.comparison[endpoint.rated]))
    return Effect(
        others=endpoint.crossing().mean(judged.value, fewest=FEWEST),
        these=for_these(weights, judged, level=of_several(0.95, at_once)),
        these_90=for_these(weights, judged, level=of_several(0.90, at_once)),
        of_subjects=subject_means(weights, judged),
        comparisons=rated,
        silent=comparisons - rated,
        at_once=at_once,
    )


def endpoint_of(frame: Frame, units: Flags, silent: Sequence[SilentComparison] = ()) -> PrimaryEndpoint:
    return PrimaryEndpoint(judged_of(frame, units, silent))


def judged_of(frame: Frame, units: Flags, silent: Sequence[SilentComparison] = ()) -> Judged:
    """A row for each human rating in the frame's order, then one for each silent comparison."""
    rows = frame.human.of_units(units & overall_units(frame))
    places = np.arange(len(silent))
    return Judged(
        value=np.concatenate([rows.label - NO_DIFFERENCE, np.zeros(len(silent))]),
        subject=joined(rows.subject_keys[rows.subject[rows.unit]], [each.subject_key for each in silent]),
        prompt=joined(frame.of_unit("prompt_id")[rows.unit], [each.prompt_id for each in silent]),
        rater=np.concatenate([rows.rater, np.full(len(silent), -1)]),
        comparison=np.concatenate([rows.unit, rows.units + places]),
    )


@dataclass(frozen=True, slots=True, eq=False)
class ArmRows:
    """The units of an arm, and the silent comparisons that count."""

    units: Flags
    silent: Sequence[SilentComparison] = ()


def contrast_of(frame: Frame, first: ArmRows, second: ArmRows) -> PrimaryEndpoint:
    """The ``first`` arm minus the ``second``, over cases that are judged or silent in both."""
    silent = [*first.silent, *second.silent]
    judged = judged_of(frame, first.units | second.units, silent)
    unit = judged.comparison[judged.rater >= 0]
    is_second = np.concatenate(
        [second.units[unit], np.arange(len(silent)) >= len(first.silent)],
    )
    case = joined(frame.of_unit("case_id")[unit], [each.case_id for each in silent])
    return PrimaryEndpoint.of_two(judged, is_second, case)
