"""Judgments under different rules are never pooled without a word: docs/protocol.md, Counting."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import compute

from judgments.stages import behaviour
from reports.dataset.dataset import Dataset, as_array
from reports.dataset.frames import Frame, coded
from reports.report.figures.outcomes import POINTS
from reports.stats.crossing import SHARE, Crossing, estimate
from reports.stats.shares import ratio


def rules_figures(dataset: Dataset, frames: Mapping[int, Frame]) -> list[dict[str, Any]]:
    """By stage and rules, for stages whose counted human judgments were given under more than one."""
    return [row for stage in frames for row in _of_stage(dataset, stage)]


def pooled_rules(rows: list[dict[str, Any]]) -> dict[str, str]:
    """By stage (its number as text, as JSON has keys), the sentence without which none of its figures stands."""
    sentences = {}
    for stage in sorted({row["stage"] for row in rows}):
        of_stage = [row for row in rows if row["stage"] == stage]
        shares = "; ".join(f"{_name(row)}: {row['judgments']}" for row in of_stage)
        sentences[str(stage)] = (
            f"Figures of stage {stage} pool judgments that were given under {len(of_stage)} different rules "
            f"({shares} judgments). How they differ stands under Rules in force."
        )
    return sentences


def _name(row: dict[str, Any]) -> str:
    return "rules not stored" if row["number"] is None else f"rules {row['number']}"


def _of_stage(dataset: Dataset, stage: int) -> list[dict[str, Any]]:
    judged = dataset.tables["judgments"]
    counted = judged.filter(compute.and_(compute.equal(judged.column("stage"), stage), judged.column("counted")))
    numbers = compute.fill_null(counted.column("rules"), 0)
    found = sorted(compute.unique(numbers).to_pylist())
    if len(found) < 2:
        return []
    return [_under(dataset, stage, number, counted.filter(compute.equal(numbers, number))) for number in found]


def _under(dataset: Dataset, stage: int, number: int, judged: pa.Table) -> dict[str, Any]:
    facts = next((each for each in dataset.facts.rules if (each.stage, each.number) == (stage, number)), None)
    return {
        "stage": stage,
        "number": number or None,
        "guidelines_version": facts and facts.guidelines_version,
        "facts": facts.facts if facts else {},
        "since": facts and facts.since,
        "judgments": judged.num_rows,
        "raters": len(compute.unique(judged.column("rater_key"))),
        **_labels(dataset, stage, judged),
    }


def _labels(dataset: Dataset, stage: int, judged: pa.Table) -> dict[str, Any]:
    """The share of the label that says the most for personalization or, where labels are numbers, the overall units' mean."""
    way, items = behaviour(stage), dataset.tables["items"]
    place = np.searchsorted(as_array(items.column("unit_id")), as_array(judged.column("unit_id")))
    subject, prompt = (coded(items.column(name))[0] for name in ("subject_key", "prompt_id"))
    rater = coded(judged.column("rater_key"))[0]
    label = as_array(judged.column("answer_recoded")).astype(np.float64)
    if way.has_overall_unit:
        overall = as_array(compute.is_null(items.column("attribute_id")))[place]
        place, label, rater = place[overall], label[overall], rater[overall]
    value = (label == way.best_label).astype(np.float64) if way.has_words else label
    sums = Crossing.of(subject[place], prompt[place], rater).sums([value, np.ones(len(value))])
    found = estimate(sums, ratio, n=len(value), within=SHARE if way.has_words else POINTS)
    said = f"share of {way.words[way.best_label]}" if way.has_words else "mean of the overall units"
    return {"measured": said, "value": found.as_json()}
