"""What a verdict rests on: of each arm, and of each two arms within the cases that both have."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from pyarrow import compute

from reports.dataset.arms import ComparedArm
from reports.dataset.dataset import Dataset
from reports.dataset.frames import Frame, overall_units
from reports.report.figures.arms import units_of
from reports.report.figures.effect import (
    ArmRows,
    Effect,
    contrast_of,
    effect_of_endpoint,
    endpoint_of,
)
from reports.report.figures.silence import asked_units, counted, share_silent
from reports.stats import decision
from reports.stats.decision import Controls, Sample, Verdict
from reports.stats.endpoint import PrimaryEndpoint
from reports.stats.estimate import Estimate
from reports.stats.ratings import Flags, Indices

NOTHING_SILENT = Estimate.undefined("No case of this arm is silent.")
MINUS = " \N{MINUS SIGN} "


@dataclass(frozen=True, slots=True, eq=False)
class VerdictEvidence:
    """What the words rest on. ``controls`` are the study's."""

    endpoint: PrimaryEndpoint
    effect: Effect
    sample: Sample
    margin: float
    controls: Controls

    @property
    def judgments(self) -> int:
        return int(self.endpoint.rated.sum())

    @property
    def real_conversations(self) -> int:
        return self.sample.real_conversations

    @property
    def verdict(self) -> Verdict:
        others = decision.EffectIntervals(self.effect.others_95, self.effect.others_90)
        these = decision.EffectIntervals(self.effect.these, self.effect.these_90)
        return decision.verdict(self.sample, self.controls, others=others, these=these, margin=self.margin)


@dataclass(frozen=True, slots=True, eq=False)
class Weighed:
    """A question that has a verdict: of one arm whether it helps, of two whether the first is better than the second.

    ``units``: what raters are asked of it. ``looked``: its endpoint with all silent cases, where ``found`` has those that
    count so far. ``judged``: of an arm with silent cases, what was found without them.
    """

    arms: Sequence[ComparedArm]
    units: Flags
    looked: PrimaryEndpoint
    found: VerdictEvidence
    judged: VerdictEvidence | None = None
    share_silent: Estimate = NOTHING_SILENT

    @property
    def comparisons(self) -> Indices:
        """The ids of its arms'."""
        return np.concatenate([np.zeros(0, dtype=np.int64), *(arm.comparisons for arm in self.arms)])

    @property
    def name(self) -> str:
        return MINUS.join(arm.name for arm in self.arms)


def evidence(
    dataset: Dataset, frame: Frame, endpoint: PrimaryEndpoint, controls: Controls, at_once: int = 1
) -> VerdictEvidence:
    """By the individual humans who judged. ``at_once``: so many verdicts' intervals hold together."""
    unit = endpoint.judged.comparison[endpoint.rated]
    judged = set(frame.ratings.subject_keys[np.unique(frame.ratings.subject[unit])].tolist())
    effect = effect_of_endpoint(endpoint, at_once)
    levels = effect.others.levels
    sample = Sample(real_conversations(dataset, judged), levels["subject"], levels["rater"], levels["prompt"])
    return VerdictEvidence(endpoint, effect, sample, dataset.facts.margin, controls)


def real_conversations(dataset: Dataset, judged: set[str]) -> int:
    """Conversations of origin real behind the judged units; stated ones where no transcripts were uploaded."""
    table = dataset.tables["subjects"]
    rows = table.filter(compute.equal(table.column("subject_origin"), "real")).to_pylist()
    return sum(row["conversations"] or row["stated_conversations"] or 0 for row in rows if row["subject_key"] in judged)


def of_all(dataset: Dataset, frame: Frame, controls: Controls) -> VerdictEvidence:
    """Of all comparisons, whatever their arm: how many people and ratings there are."""
    return evidence(dataset, frame, endpoint_of(frame, overall_units(frame)), controls)


def weighed_arms(dataset: Dataset, frame: Frame, arms: Sequence[ComparedArm], controls: Controls) -> list[Weighed]:
    """Those of which a human has judged a comparison as a whole. Where nobody has judged any, all of them as one."""
    judged = [arm for arm in arms if len(frame.human.of_units(_asked_of(arm, frame)))]
    if judged:
        return [_weighed(dataset, frame, [arm], _asked_of(arm, frame), controls) for arm in judged]
    return [_weighed(dataset, frame, [], overall_units(frame), controls)]


def weighed_contrasts(dataset: Dataset, frame: Frame, arms: Sequence[Weighed]) -> list[Weighed]:
    """Of every two arms that have cases in common: the later minus the earlier. Their intervals hold together."""
    pairs = [
        (second, first, endpoint)
        for first, second in combinations(arms, 2)
        if (endpoint := contrast_of(frame, _counted(frame, second), _counted(frame, first))).rated.any()
    ]
    return [
        Weighed(
            [*first.arms, *second.arms],
            _in_both(frame, first, second),
            contrast_of(frame, _rows(first), _rows(second)),
            evidence(dataset, frame, endpoint, first.found.controls, len(pairs)),
        )
        for first, second, endpoint in pairs
    ]


def _weighed(dataset: Dataset, frame: Frame, arms: Sequence[ComparedArm], units: Flags, controls: Controls) -> Weighed:
    silent = [each for arm in arms for each in arm.silent]
    kept = counted(frame, units, silent)
    alone = endpoint_of(frame, units)
    return Weighed(
        arms,
        units,
        endpoint_of(frame, units, silent),
        evidence(dataset, frame, endpoint_of(frame, units, kept), controls),
        evidence(dataset, frame, alone, controls) if kept else None,
        share_silent(frame, units, silent) if silent else NOTHING_SILENT,
    )


def _asked_of(arm: ComparedArm, frame: Frame) -> Flags:
    return units_of(arm, frame) & overall_units(frame)


def _rows(weighed: Weighed) -> ArmRows:
    return ArmRows(weighed.units, weighed.arms[0].silent)


def _counted(frame: Frame, weighed: Weighed) -> ArmRows:
    rows = _rows(weighed)
    return ArmRows(rows.units, counted(frame, rows.units, rows.silent))


def _in_both(frame: Frame, first: Weighed, second: Weighed) -> Flags:
    """Units of both arms, of cases that each of them has, judged, waiting or silent."""
    both = np.intersect1d(_cases_of(frame, first), _cases_of(frame, second))
    found: Flags = (first.units | second.units) & np.isin(frame.of_unit("case_id"), both)
    return found


def _cases_of(frame: Frame, weighed: Weighed) -> Indices:
    asked = frame.of_unit("case_id")[asked_units(frame, weighed.units)]
    return np.concatenate([asked, [silent.case_id for silent in weighed.arms[0].silent]]).astype(np.int64)
