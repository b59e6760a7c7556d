"""What fixing each stage is worth: a system under the policies own, accepted and relevant (docs/protocol.md, item 4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from reports.dataset.arms import ComparedArm, SilentComparison
from reports.dataset.dataset import Dataset
from reports.dataset.frames import Frame, overall_units
from reports.report.figures import ladder_words
from reports.report.figures.arms import units_of
from reports.report.figures.effect import judged_of
from reports.report.figures.missing_attributes import missing_attributes
from reports.report.figures.rungs import POLICIES, LadderOfArms, ladders_of
from reports.report.figures.weighing import real_conversations
from reports.stats import decision
from reports.stats.decision import Controls, Sample, Verdict, Word
from reports.stats.endpoint import FEWEST, one_arm
from reports.stats.estimate import Estimate
from reports.stats.ladder import (
    Bottleneck,
    LadderRows,
    PairedDifference,
    Rung,
    WeighedStep,
    bottleneck,
    step,
    steps_apart,
)
from reports.stats.ratings import Flags, Indices

type Json = dict[str, Any]
type SilentCases = Sequence[SilentComparison]

HIGHEST = 2.0  # points above no difference: all say "personalized much better"
LADDER_INTERVALS = 3  # two steps, and how far they lie apart
UNMEASURED = Estimate.undefined("Only two of the three arms are there.")


@dataclass(frozen=True, eq=False)
class MeasuredLadder:
    """``controls`` are the study's; ``at_once``: so many intervals of contrasts hold together."""

    dataset: Dataset
    frame: Frame
    ladder: LadderOfArms
    controls: Controls
    at_once: int

    @cached_property
    def rows(self) -> LadderRows:
        return ladder_rows(self.frame, self.ladder)

    @property
    def margin(self) -> float:
        return self.dataset.facts.margin

    def difference(self, upper: Rung, lower: Rung) -> tuple[PairedDifference, Verdict]:
        found = step(self.rows, upper, lower)
        others, these = found.intervals(self.at_once), found.these(self.at_once)
        sample = self.sample(found)
        return found, decision.verdict(sample, self.controls, others=others, these=these, margin=self.margin)

    def sample(self, found: PairedDifference) -> Sample:
        levels = found.others.levels
        return Sample(self.real_conversations, levels["subject"], levels["rater"], levels["prompt"])

    @cached_property
    def real_conversations(self) -> int:
        judged = self.rows.judged
        unit = np.unique(judged.comparison[judged.rater >= 0])
        ratings = self.frame.ratings
        return real_conversations(self.dataset, set(ratings.subject_keys[ratings.subject[unit]].tolist()))

    def effect(self, rung: Rung) -> Estimate:
        """Of the arm against generic, over the ladder's cases."""
        judged = self.rows.of(rung).judged
        return one_arm(judged).mean(judged.value, fewest=FEWEST).interval()


def ladders_figures(
    dataset: Dataset, frame: Frame, arms: Sequence[ComparedArm], verdict: Json, controls: Controls
) -> list[Json]:
    """Of each system that has one, whole or in part. ``verdict``: figures of the report's head, with each arm's word."""
    words = {each["name"]: each["word"] for each in verdict["arms"] or [verdict]}
    contrasts = len(verdict.get("contrasts", []))
    missing = missing_attributes(dataset)
    found = []
    for ladder in ladders_of(arms):
        best = ladder.rungs.get(Rung.RELEVANT)
        word = None if best is None else words.get(best.name)
        own_intervals = LADDER_INTERVALS if ladder.is_whole else 1
        measured = MeasuredLadder(dataset, frame, ladder, controls, max(own_intervals, contrasts))
        found.append(ladder_figures(measured, None if word is None else Word(word), missing))
    return found


def ladder_figures(measured: MeasuredLadder, relevant: Word | None, missing: Json) -> Json:
    """``relevant``: the verdict's word for that arm, where it has one. ``missing``: attributes that extraction never found."""
    ladder, rows = measured.ladder, measured.rows
    pairs = _pairs(ladder)
    differences = {pair: measured.difference(*pair) for pair in pairs}
    steps = [_step_json(measured, pair, *found) for pair, found in differences.items()]
    apart = steps_apart(rows).intervals(measured.at_once).of_95 if ladder.is_whole else UNMEASURED
    word = None
    if ladder.is_whole:
        first, second = (
            WeighedStep(found.intervals(measured.at_once).of_95, said) for found, said in differences.values()
        )
        word = bottleneck(first, second, apart, relevant or Word.NOT_ENOUGH, margin=measured.margin)
    effects = {rung: measured.effect(rung) for rung in ladder.rungs}
    found = {
        "system": ladder.system,
        "word": None if word is None else word.value,
        "rungs": [_rung_json(policy, ladder, effects) for policy in POLICIES],
        "steps": steps,
        "apart": apart.as_json(),
        "relevant": None if relevant is None else relevant.value,
        "left": _left(effects).as_json(),
        "cases": len(np.unique(rows.case)),
        "silent": int((rows.judged.rater < 0).sum()),
        "judgments": int((rows.judged.rater >= 0).sum()),
        "margin": measured.margin,
        "at_once": measured.at_once,
        "missing_attributes": missing,
    }
    return {**found, "sentence": ladder_words.sentence(found), "notes": ladder_words.notes(found, ladder)}


def _pairs(ladder: LadderOfArms) -> list[tuple[Rung, Rung]]:
    """Upper and lower rung of each step that is there."""
    rungs = sorted(ladder.rungs)
    return list(zip(rungs[1:], rungs, strict=False))


def _step_json(measured: MeasuredLadder, pair: tuple[Rung, Rung], found: PairedDifference, said: Verdict) -> Json:
    others, these = found.intervals(measured.at_once), found.these(measured.at_once)
    return {
        "name": _name(pair),
        "upper": pair[0].name.lower(),
        "lower": pair[1].name.lower(),
        "word": said.word.value,
        "reasons": [reason.value for reason in said.reasons],
        "missing": {reason.value: more for reason, more in said.missing.items()},
        "these": None if said.these is None else said.these.value,
        "effect": others.of_95.as_json(),
        "effect_90": others.of_90.as_json(),
        "effect_these": these.of_95.as_json(),
        "effect_these_90": these.of_90.as_json(),
    }


def _name(pair: tuple[Rung, Rung]) -> str:
    named = {
        (Rung.ACCEPTED, Rung.OWN): Bottleneck.EXTRACTION,
        (Rung.RELEVANT, Rung.ACCEPTED): Bottleneck.SELECTION,
    }
    return named[pair].value if pair in named else ladder_words.BOTH


def _rung_json(policy: str, ladder: LadderOfArms, effects: Mapping[Rung, Estimate]) -> Json:
    rung = POLICIES[policy]
    arm = ladder.rungs.get(rung)
    effect = effects.get(rung, Estimate.undefined(ladder_words.NO_ARM))
    return {"policy": policy, "arm": None if arm is None else arm.name, "effect": effect.as_json()}


def _left(effects: Mapping[Rung, Estimate]) -> Estimate:
    """From the arm of relevant attributes to the best there is. It is shown and competes with nothing."""
    found = effects.get(Rung.RELEVANT, Estimate.undefined(ladder_words.NO_ARM))
    if found.value is None:
        return found
    low, high = (None if end is None else HIGHEST - end for end in (found.high, found.low))
    return replace(found, value=HIGHEST - found.value, low=low, high=high)


def ladder_rows(frame: Frame, ladder: LadderOfArms) -> LadderRows:
    """Of the cases in which every rung was judged or is silent."""
    units = {rung: units_of(arm, frame) & overall_units(frame) for rung, arm in ladder.rungs.items()}
    silent = [(rung, each) for rung, arm in ladder.rungs.items() for each in arm.silent]
    judged = judged_of(frame, np.any(list(units.values()), axis=0), [each for _rung, each in silent])
    rated = judged.comparison[judged.rater >= 0]
    rung_of_unit = np.select(list(units.values()), list(units), -1)
    rung = np.concatenate([rung_of_unit[rated], [rung for rung, _each in silent]]).astype(np.int64)
    case = np.concatenate([frame.of_unit("case_id")[rated], [each.case_id for _rung, each in silent]]).astype(np.int64)
    kept = np.isin(case, _cases(frame, units, [arm.silent for arm in ladder.rungs.values()], rung, case))
    return LadderRows(judged.rows(kept), rung[kept], case[kept])


def _cases(
    frame: Frame, units: Mapping[Rung, Flags], silent: Sequence[SilentCases], rung: Indices, case: Indices
) -> Indices:
    """Those that every rung has; and of those on which all are silent, as large a part as was judged of the others.

    Silent cases are known from the start. Counted at once they would draw what is being measured towards 0.
    """
    is_open = ~frame.of_unit("withdrawn").astype(np.bool_)
    known = frame.of_unit("case_id")
    found = {each: set(case[rung == each].tolist()) for each in units}
    asked = {each: found[each] | set(known[is_open & units[each]].tolist()) for each in units}
    quiet = set.intersection(*({int(each.case_id) for each in of_rung} for of_rung in silent))
    judged, wanted = (set.intersection(*each.values()) - quiet for each in (found, asked))
    share = len(judged) / len(wanted) if wanted else 1.0
    steps = np.diff(np.floor(share * np.arange(len(quiet) + 1) + 0.5))
    ties = {each for each, counts in zip(sorted(quiet), steps, strict=True) if counts}
    return np.array(sorted(judged | ties), dtype=np.int64)
