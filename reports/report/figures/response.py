"""Stage 3: does using the attributes make the response better, and by whose word?"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from reports.dataset.arms import ComparedArm, arms_of
from reports.dataset.dataset import Dataset, as_array
from reports.dataset.frames import BATCH, Frame, coded, groups_of, overall_units
from reports.report.figures.agreeing import agreement_figures, pairwise
from reports.report.figures.arms import units_of
from reports.report.figures.outcomes import Outcomes, averages
from reports.report.figures.samples import Samples
from reports.stats.crossing import FREE, POSITIVE, Crossing, estimates
from reports.stats.estimate import Estimate
from reports.stats.ratings import Flags, Floats

GROUPS = {
    "by_origin": "subject_origin",
    "by_topic": "prompt_topic",
    "by_attribute_type": "attribute_type",
    "by_batch": BATCH,
}
NO_COST = "The responses came without this."


def response_figures(dataset: Dataset, frame: Frame) -> dict[str, Any]:
    overall = overall_units(frame)
    arms = arms_of(dataset)
    samples = Samples.of(frame)
    outcomes = Outcomes(samples)
    return {
        "overall": outcomes.of_units(overall),
        "attribute": outcomes.of_units(~overall),
        "by_system": _by_arm(outcomes, arms, overall),
        **{name: _by_group(dataset, outcomes, column, overall) for name, column in GROUPS.items()},
        "agreement": agreement_figures(samples),
        "pairwise": pairwise(samples),
        "cost": [_cost(dataset, arm) for arm in arms],
    }


def _by_group(dataset: Dataset, outcomes: Outcomes, column: str, overall: Flags) -> list[dict[str, Any]]:
    """Attribute units have types, comparisons have the rest."""
    kind = ~overall if column == "attribute_type" else overall
    groups = {name: kind & units for name, units in groups_of(dataset, outcomes.samples.frame, column).items()}
    apart = outcomes.apart(groups)
    return [
        {"name": name, "outcome": outcomes.of_units(units), "apart": apart[name].as_json()}
        for name, units in groups.items()
    ]


def _by_arm(outcomes: Outcomes, arms: Sequence[ComparedArm], overall: Flags) -> list[dict[str, Any]]:
    """By system, and by arm where a system has several: two treatments have no common outcome.

    None is set beside all others, which would pool treatments.
    """
    with_units = [(arm, units) for arm in arms if (units := units_of(arm, outcomes.samples.frame)).any()]
    return [
        {
            "name": arm.name,
            "short": arm.short,
            "system": arm.system,
            "silent": len(arm.silent),
            "outcome": outcomes.of_units(overall & units),
        }
        for arm, units in with_units
    ]


def _cost(dataset: Dataset, arm: ComparedArm) -> dict[str, Any]:
    """What a response took, generic and personalized, and what personalizing added."""
    rows = arm.rows(dataset.tables["comparisons"])
    crossing = Crossing.of(*(coded(rows.column(name))[0] for name in ("subject_key", "prompt_id")))
    names = {"latency_ms": "latency_ms", "tokens": "tokens", "money": "cost", "characters": "characters"}
    found: dict[str, Any] = {"system": arm.name, "comparisons": rows.num_rows}
    for name, column in names.items():
        pair = [as_array(rows.column(f"{kind}_{column}")).astype(np.float64) for kind in ("generic", "personalized")]
        found[name] = _extra(pair[0], pair[1], crossing)
    return found


def _extra(generic: Floats, personalized: Floats, crossing: Crossing) -> Any:
    both = np.isfinite(generic) & np.isfinite(personalized)
    if not both.any():
        nothing = Estimate.undefined(NO_COST).as_json()
        return {"generic": nothing, "personalized": nothing, "extra": nothing}
    columns = [generic[both], personalized[both], personalized[both] - generic[both], np.ones(int(both.sum()))]
    found = estimates(crossing.rows(both).sums(columns), averages, n=int(both.sum()), within=[POSITIVE, POSITIVE, FREE])
    return {name: each.as_json() for name, each in zip(("generic", "personalized", "extra"), found, strict=True)}
