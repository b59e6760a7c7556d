"""The whole report of a dataset as one JSON object: page, command, replay and files print this and nothing else."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import compute

from conversations.enums import COLLECTING
from reports.dataset.arms import arms_of, comparisons_of_arms
from reports.dataset.dataset import Dataset, as_array
from reports.dataset.frames import Frame, frame
from reports.dataset.versions import FIGURES_VERSION, PROTOCOL_VERSION
from reports.report.figures.arms import arm_figures, pooled_sentence
from reports.report.figures.bottleneck import bottleneck_figures
from reports.report.figures.by_raters import by_raters_figures
from reports.report.figures.examples import examples, with_arms
from reports.report.figures.extraction import extraction_figures
from reports.report.figures.head_plans import head_plans, sentences_of
from reports.report.figures.judging import judging_figures
from reports.report.figures.ladder import ladders_figures
from reports.report.figures.looking import looking_figures
from reports.report.figures.quality import quality_figures
from reports.report.figures.relevance import relevance_figures
from reports.report.figures.response import response_figures
from reports.report.figures.ruling import pooled_rules, rules_figures
from reports.report.figures.sensitivity import controls_of, sensitivity_figures
from reports.report.figures.verdict import silent_everywhere, verdict_figures
from reports.report.figures.weighing import of_all, weighed_arms, weighed_contrasts
from reports.stats.ratings import Flags


def report_figures(dataset: Dataset, *, seed: int | None = None) -> dict[str, Any]:
    """Every figure. The same dataset and seed (the study's, unless given) give the same figures to the last digit."""
    seed = dataset.facts.seed if seed is None else seed
    frames = {stage: frame(dataset, stage) for stage in (1, 2, 3)}
    judged = {stage: each for stage, each in frames.items() if len(each.ratings) or each.consensus.known.any()}
    controls = controls_of(dataset)
    found = of_all(dataset, frames[3], controls)
    stage_3 = _stage_three(dataset, judged)
    of_arms = arms_of(dataset)
    arms = arm_figures(of_arms, frames[3])
    weighed = weighed_arms(dataset, frames[3], of_arms, controls)
    contrasts = weighed_contrasts(dataset, frames[3], weighed)
    plan = head_plans(dataset, frames[3], weighed, contrasts, seed)
    pooled = pooled_sentence(arms)
    looking = looking_figures(dataset.facts)
    rules = rules_figures(dataset, judged)
    verdict = verdict_figures(found, weighed, contrasts, stage_3, sentences_of(plan))
    return {
        "protocol_version": PROTOCOL_VERSION,
        "figures_version": FIGURES_VERSION,
        "study": dataset.facts.as_json(),
        "collecting": [number for number, stage in sorted(dataset.facts.stages.items()) if stage.state in COLLECTING],
        "withheld": dataset.facts.withheld,
        "arms": arms,
        "pooled": pooled,
        "counts": _counts(dataset, found.real_conversations),
        "verdict": {
            **verdict,
            # Never shown without what it pools, and what was seen before it was due.
            "beside": [
                *silent_everywhere(of_arms, weighed),
                *filter(None, [pooled_rules(rules).get("3")]),
                *looking["sentences"],
            ],
        },
        "controls": sensitivity_figures(dataset),
        "bottleneck": bottleneck_figures(
            dataset, judged, pooled, ladders_figures(dataset, frames[3], of_arms, verdict, found.controls)
        ),
        "stage_1": _with_examples(dataset, judged, 1, extraction_figures),
        "stage_2": _with_examples(dataset, judged, 2, relevance_figures),
        "stage_3": stage_3,
        "plan": plan,
        "by_raters": by_raters_figures(dataset, judged),
        "looking": looking,
        "rules": rules,
        "pooled_rules": pooled_rules(rules),
    }


def _with_examples(dataset: Dataset, frames: Mapping[int, Frame], stage: int, figures: Any) -> dict[str, Any] | None:
    """None where nothing of the stage has been judged."""
    if stage not in frames:
        return None
    return {
        **figures(dataset, frames[stage]),
        "examples": examples(frames[stage]),
        "quality": quality_figures(dataset, stage),
    }


def _stage_three(dataset: Dataset, frames: Mapping[int, Frame]) -> dict[str, Any] | None:
    found = _with_examples(dataset, frames, 3, response_figures)
    if found is None:
        return None
    telling = with_arms(found["examples"], frames[3], arms_of(dataset))
    return {**found, **judging_figures(dataset, frames[3]), "examples": telling}


def _counts(dataset: Dataset, real_conversations: int) -> dict[str, int]:
    judged, raters = dataset.tables["judgments"], dataset.tables["raters"]
    comparisons = comparisons_of_arms(dataset)
    kinds = as_array(judged.column("rater_kind"))
    held = as_array(compute.not_equal(comparisons.column("leak_reasons"), "[]"))
    identical = as_array(comparisons.column("identical"))  # a tie that nobody is shown waits for no release
    released, replaced = as_array(comparisons.column("released")), _replaced(comparisons)
    return {
        "human_judgments": int(as_array(judged.column("counted")).sum()),
        "model_judgments": int(np.sum(kinds == "model")),
        "human_raters": int(np.sum(as_array(raters.column("rater_kind")) == "human")),
        "model_raters": int(np.sum(as_array(raters.column("rater_kind")) == "model")),
        "subjects": dataset.tables["subjects"].num_rows,
        "real_conversations": real_conversations,
        "comparisons": comparisons.num_rows,
        "held": int(np.sum(held & ~identical & ~released & ~replaced)),
        "released": int(np.sum(held & released)),
        "replaced": int(replaced.sum()),
        "identical": int(identical.sum()),
    }


def _replaced(comparisons: pa.Table) -> Flags:
    """Comparisons that were written again: a later one of the same case and system exists."""
    keys = list(
        zip(comparisons.column("case_id").to_pylist(), comparisons.column("response_system").to_pylist(), strict=True)
    )
    last = {key: number for number, key in enumerate(keys)}
    withdrawn = as_array(comparisons.column("withdrawn"))
    return np.array([last[key] > number for number, key in enumerate(keys)], dtype=bool) & withdrawn
