"""Is personalizing worth it? A verdict for each arm: docs/protocol.md, What the report answers, 5."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pyarrow import compute

from reports.dataset.arms import ComparedArm
from reports.dataset.dataset import Dataset
from reports.dataset.frames import Frame, overall_units
from reports.report.figures import verdict_words
from reports.report.figures.arms import units_of
from reports.report.figures.effect import Effect, effect_of
from reports.report.figures.settling import settling
from reports.stats import decision
from reports.stats.agreement import AgreementFigure
from reports.stats.decision import NO_CONTROLS, REAL_CONVERSATIONS, Controls, Reason, Sample, Verdict
from reports.stats.estimate import Estimate
from reports.stats.ratings import Flags

EACH_ARM = "Arms are different treatments and never pooled: each has a verdict of its own."


@dataclass(frozen=True, slots=True, eq=False)
class VerdictEvidence:
    """What the words rest on, of some comparisons. ``controls`` are the study's."""

    effect: Effect
    sample: Sample
    margin: float
    judgments: int
    controls: Controls

    @property
    def real_conversations(self) -> int:
        return self.sample.real_conversations

    @property
    def suffices(self) -> bool:
        """Whether a verdict may be given at all."""
        return not self.sample.missing

    @property
    def others(self) -> decision.EffectIntervals:
        return decision.EffectIntervals(self.effect.others_95, self.effect.others_90)

    @property
    def verdict(self) -> Verdict:
        these = decision.EffectIntervals(self.effect.these, self.effect.these_90)
        return decision.verdict(self.sample, self.controls, others=self.others, these=these, margin=self.margin)


def evidence(dataset: Dataset, frame: Frame, units: Flags, controls: Controls = NO_CONTROLS) -> VerdictEvidence:
    """Of the overall units among ``units``, by the individual humans who judged them."""
    rows = frame.human.of_units(units & overall_units(frame))
    judged = set(rows.subject_keys[np.unique(rows.subject[rows.unit])].tolist())
    effect = effect_of(frame, units)
    levels = effect.others.levels
    return VerdictEvidence(
        effect,
        Sample(real_conversations(dataset, judged), levels["subject"], levels["rater"], levels["prompt"]),
        dataset.facts.margin,
        len(rows),
        controls,
    )


def real_conversations(dataset: Dataset, judged: set[str]) -> int:
    """Conversations of origin real behind the judged units; stated ones where no transcripts were uploaded."""
    table = dataset.tables["subjects"]
    rows = table.filter(compute.equal(table.column("subject_origin"), "real")).to_pylist()
    return sum(row["conversations"] or row["stated_conversations"] or 0 for row in rows if row["subject_key"] in judged)


def verdict_figures(
    dataset: Dataset, frame: Frame, arms: Sequence[ComparedArm], found: VerdictEvidence, stage_3: dict[str, Any] | None
) -> dict[str, Any]:
    """``found``: of all comparisons. Where several arms were judged, the words are theirs alone.

    ``stage_3``: its figures, for what stands beside the verdict: harm, cost, and how far raters agree.
    """
    judged = judged_arms(frame, arms)
    beside = _beside(stage_3, found.controls)
    if len(judged) < 2:
        only = _figures(found, judged[0].name if judged else "", stage_3)
        return {**only, **beside, "title": only["word"], "arms": []}
    of_arms = [evidence(dataset, frame, units_of(arm, frame), found.controls) for arm in judged]
    each = [_figures(its, arm.name, stage_3) for arm, its in zip(judged, of_arms, strict=True)]
    return {
        **_of_none(found, [figures["title"] for figures in each]),
        **beside,
        "harm": None,
        "cost": None,
        "arms": each,
    }


def judged_arms(frame: Frame, arms: Sequence[ComparedArm]) -> list[ComparedArm]:
    """Those of which a human has judged a comparison as a whole."""
    overall = overall_units(frame)
    return [arm for arm in arms if len(frame.human.of_units(units_of(arm, frame) & overall))]


def _beside(stage_3: dict[str, Any] | None, controls: Controls) -> dict[str, Any]:
    agreement = [] if stage_3 is None else stage_3["agreement"]["figures"]
    alpha = next((each for each in agreement if each["key"] == AgreementFigure.ALPHA_ORDINAL), None)
    return {
        "alpha": alpha,
        "alpha_sentence": verdict_words.alpha(alpha),
        "controls": {
            "judgments": controls.judgments,
            "raters": controls.raters,
            "sensitivity": controls.sensitivity.as_json(),
        },
        "real_conversations_needed": REAL_CONVERSATIONS,
    }


def _figures(found: VerdictEvidence, name: str, stage_3: dict[str, Any] | None) -> dict[str, Any]:
    verdict = found.verdict
    more = settling(found.effect, found.margin) if Reason.UNDECIDED in verdict.reasons else None
    harm = _of_arm(name, (stage_3 or {}).get("by_system", []), "name")
    return {
        "name": name,
        "title": f"{name}: {verdict.word.value}",
        "word": verdict.word.value,
        "sentence": verdict_words.SENTENCES[verdict.word],
        "reasons": [reason.value for reason in verdict.reasons],
        "missing": {reason.value: more for reason, more in verdict.missing.items()},
        "these": None if verdict.these is None else verdict.these.value,
        "evidence": verdict_words.evidence(found.effect, found.margin),
        "limits": verdict_words.limits(found.effect, verdict, more),
        "settling": more,
        **_intervals(found.effect),
        **_sample(found),
        "harm": harm and harm["outcome"]["harm"],
        "cost": _of_arm(name, (stage_3 or {}).get("cost", []), "system"),
    }


def _of_none(found: VerdictEvidence, titles: Sequence[str]) -> dict[str, Any]:
    """What stands for all comparisons where each arm has a verdict: the sample, and no effect."""
    nothing = Estimate.undefined(EACH_ARM).as_json()
    return {
        "name": "",
        "title": "; ".join(titles),
        "word": None,
        "sentence": EACH_ARM,
        "reasons": [],
        "missing": {},
        "these": None,
        "evidence": [],
        "limits": [],
        "settling": None,
        **dict.fromkeys(("effect", "effect_90", "effect_these", "effect_these_90"), nothing),
        **_sample(found),
    }


def _of_arm(name: str, rows: Sequence[dict[str, Any]], key: str) -> dict[str, Any] | None:
    return next((row for row in rows if row[key] == name), None)


def _intervals(effect: Effect) -> dict[str, Any]:
    """``effect`` and ``effect_90``: with other subjects, raters and prompts."""
    return {
        "effect": effect.others_95.as_json(),
        "effect_90": effect.others_90.as_json(),
        "effect_these": effect.these.as_json(),
        "effect_these_90": effect.these_90.as_json(),
    }


def _sample(found: VerdictEvidence) -> dict[str, Any]:
    return {
        "margin": found.margin,
        "real_conversations": found.real_conversations,
        "subjects": found.sample.subjects,
        "raters": found.sample.raters,
        "prompts": found.sample.prompts,
        "comparisons": found.effect.comparisons,
        "judgments": found.judgments,
    }
