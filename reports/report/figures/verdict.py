"""Is personalizing worth it? A verdict for each arm and each contrast of two: docs/protocol.md, What the report answers, 5."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.text import capfirst

from conversations.enums import Policy
from reports.dataset.arms import ComparedArm
from reports.report.figures import contrast_words, verdict_words
from reports.report.figures.effect import Effect
from reports.report.figures.weighing import MINUS, VerdictEvidence, Weighed
from reports.stats.agreement import AgreementFigure
from reports.stats.decision import REAL_CONVERSATIONS, Verdict
from reports.stats.estimate import Estimate

EACH_ARM = "Arms are different treatments and never pooled: each has a verdict of its own."

type Json = dict[str, Any]


def verdict_figures(
    found: VerdictEvidence,
    arms: Sequence[Weighed],
    contrasts: Sequence[Weighed],
    stage_3: Json | None,
    plans: Mapping[str, str],
) -> Json:
    """``found``: of all comparisons. Where several arms were judged, the words are theirs alone.

    ``stage_3``: its figures, for what stands beside the verdict: harm, cost, and how far raters agree. ``plans``: of each
    arm and contrast by name, what would settle it.
    """
    judged = [arm for weighed in arms for arm in weighed.arms]
    shorts, briefs = short_names(judged), brief_names(judged)
    each = [_of_arm(arm, shorts.get(arm.name, arm.name), stage_3, plans) for arm in arms]
    of_contrasts = [_of_contrast(contrast, shorts, briefs, plans) for contrast in contrasts]
    beside = {**_beside(found, stage_3), "system": only_system(judged), "contrasts": of_contrasts}
    if len(each) == 1:
        return {**each[0], **beside, "title": each[0]["words"], "arms": []}
    return {**_of_none(found, [arm["title"] for arm in each]), **beside, "arms": each}


def short_names(arms: Sequence[ComparedArm]) -> dict[str, str]:
    """By name, what tells an arm from the others, where there is little room: of one system alone its arms' own words."""
    several = len({arm.system for arm in arms}) > 1
    return {
        arm.name: arm.name if arm.name == arm.system else f"{arm.short}, {arm.system}" if several else arm.short
        for arm in arms
    }


def brief_names(arms: Sequence[ComparedArm]) -> dict[str, str]:
    """By name, what an arm is called in a difference: its policy, where one system's arms differ in nothing else."""
    policies = [str(arm.facts.get("arm_policy") or "") for arm in arms]
    names_none = {"", Policy.UNSTATED.value, Policy.SELECTION.value}
    by_policy = len(set(policies) - names_none) == len(arms)
    if not only_system(arms) or not by_policy or any(arm.facts.get("arm_name") for arm in arms):
        return short_names(arms)
    return {arm.name: policy for arm, policy in zip(arms, policies, strict=True)}


def only_system(arms: Sequence[ComparedArm]) -> str:
    """The system to which several arms belong, each by a name of its own; empty where there is more than one."""
    systems = {arm.system for arm in arms}
    return systems.pop() if len(systems) == 1 and len(arms) > 1 else ""


def silent_everywhere(arms: Sequence[ComparedArm], judged: Sequence[Weighed]) -> list[str]:
    """Arms that have no verdict since nobody is asked anything about them."""
    names = {arm.name for weighed in judged for arm in weighed.arms}
    shorts = short_names(arms)
    return [
        verdict_words.SILENT_EVERYWHERE.format(name=capfirst(shorts[arm.name]), cases=len(arm.silent))
        for arm in arms
        if arm.silent and arm.name not in names and len(arm.comparisons) <= arm.identical
    ]


def _beside(found: VerdictEvidence, stage_3: Json | None) -> Json:
    agreement = [] if stage_3 is None else stage_3["agreement"]["figures"]
    alpha = next((each for each in agreement if each["key"] == AgreementFigure.ALPHA_ORDINAL), None)
    controls = found.controls
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


def _of_arm(arm: Weighed, short: str, stage_3: Json | None, plans: Mapping[str, str]) -> Json:
    found, alone = arm.found, arm.judged
    verdict = found.verdict
    silent = arm.share_silent
    only = None if alone is None else alone.verdict
    words = verdict_words.words(verdict, only, silent)
    harm = _row_of(arm.name, (stage_3 or {}).get("by_system", []), "name")
    return {
        "name": arm.name,
        "short": short,
        "title": f"{capfirst(short)}: {words}",
        "words": words,
        "sentence": verdict_words.SENTENCES[verdict.word],
        **_word(verdict),
        "evidence": verdict_words.evidence(found.effect, found.margin, silent, None if alone is None else alone.effect),
        "limits": [
            *verdict_words.limits(found.effect, verdict, plans.get(arm.name, "")),
            *verdict_words.limits_of_judged(verdict, only),
        ],
        "in_view": verdict_words.in_view(found.effect, verdict, verdict_words.SENTENCES[verdict.word], only),
        **_intervals(found.effect),
        **_sample(found),
        "silent": found.effect.silent,
        "share_silent": silent.as_json(),
        "judged": None if alone is None else {**_word(alone.verdict), **_intervals(alone.effect)},
        "harm": harm and harm["outcome"]["harm"],
        "cost": _row_of(arm.name, (stage_3 or {}).get("cost", []), "system"),
    }


def _of_contrast(
    contrast: Weighed, shorts: Mapping[str, str], briefs: Mapping[str, str], plans: Mapping[str, str]
) -> Json:
    """``effect``: of the first arm minus the second, in points."""
    found, (first, second) = contrast.found, contrast.arms
    verdict, cases = found.verdict, found.endpoint.cases
    between = MINUS.join(briefs[arm.name] for arm in contrast.arms)
    names = shorts[first.name], shorts[second.name]
    sentence = contrast_words.sentence(verdict.word, *names)
    return {
        "first": first.name,
        "second": second.name,
        "short": between,
        "title": f"{capfirst(between)}: {verdict.word.value}",
        "sentence": sentence,
        **_word(verdict),
        "evidence": contrast_words.evidence(found.effect, found.margin, cases, *names),
        "limits": verdict_words.limits(found.effect, verdict, plans.get(contrast.name, "")),
        "in_view": verdict_words.in_view(found.effect, verdict, sentence),
        **_intervals(found.effect),
        **_sample(found),
        "cases": cases,
        "silent": found.effect.silent,
        "at_once": found.effect.at_once,
    }


def _of_none(found: VerdictEvidence, titles: Sequence[str]) -> Json:
    """What stands for all comparisons where each arm has a verdict: the sample, and no effect."""
    nothing = Estimate.undefined(EACH_ARM).as_json()
    return {
        "name": "",
        "short": "",
        "title": "; ".join(titles),
        "words": None,
        "sentence": EACH_ARM,
        "word": None,
        "reasons": [],
        "missing": {},
        "these": None,
        "evidence": [],
        "limits": [],
        "in_view": [],
        **dict.fromkeys(("effect", "effect_90", "effect_these", "effect_these_90"), nothing),
        **_sample(found),
        "silent": 0,
        "share_silent": nothing,
        "judged": None,
        "harm": None,
        "cost": None,
    }


def _word(verdict: Verdict) -> Json:
    return {
        "word": verdict.word.value,
        "reasons": [reason.value for reason in verdict.reasons],
        "missing": {reason.value: more for reason, more in verdict.missing.items()},
        "these": None if verdict.these is None else verdict.these.value,
    }


def _row_of(name: str, rows: Sequence[Json], key: str) -> Json | None:
    return next((row for row in rows if row[key] == name), None)


def _intervals(effect: Effect) -> Json:
    """``effect`` and ``effect_90``: with other subjects, raters and prompts."""
    return {
        "effect": effect.others_95.as_json(),
        "effect_90": effect.others_90.as_json(),
        "effect_these": effect.these.as_json(),
        "effect_these_90": effect.these_90.as_json(),
    }


def _sample(found: VerdictEvidence) -> Json:
    return {
        "margin": found.margin,
        "real_conversations": found.real_conversations,
        "subjects": found.sample.subjects,
        "raters": found.sample.raters,
        "prompts": found.sample.prompts,
        "comparisons": found.effect.comparisons,
        "judgments": found.judgments,
    }
