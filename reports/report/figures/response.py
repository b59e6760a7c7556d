"""Stage 3: does using the attributes make the response better, and by whose word?"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from reports.dataset.arms import ComparedArm, arms_of
from reports.dataset.dataset import Dataset, as_array
from reports.dataset.frames import BATCH, Frame, groups_of, overall_units
from reports.report.figures.agreeing import agreement_figures, pairwise
from reports.report.figures.arms import units_of
from reports.report.figures.samples import Samples
from reports.stats.estimate import Estimate
from reports.stats.ratings import Flags
from reports.stats.resampling import Resampling, mean_of

type Floats = npt.NDArray[np.float64]

NO_DIFFERENCE = 3.0
ROUNDING = 1e-9  # a mean of thirds is not exactly 3
GROUPS = {
    "by_origin": "subject_origin",
    "by_topic": "prompt_topic",
    "by_attribute_type": "attribute_type",
    "by_batch": BATCH,
}
NO_COST = "No response of this system came with this figure."


def response_figures(dataset: Dataset, frame: Frame, resampling: Resampling) -> dict[str, Any]:
    overall = overall_units(frame)
    arms = arms_of(dataset)
    samples = Samples.of(frame)
    return {
        "overall": outcome(frame, overall, resampling),
        "attribute": outcome(frame, ~overall, resampling),
        "by_system": _by_arm(frame, arms, overall, resampling),
        **{name: _by_group(dataset, frame, column, overall, resampling) for name, column in GROUPS.items()},
        "agreement": agreement_figures(samples),
        "pairwise": pairwise(samples),
        "cost": [_cost(dataset, arm, resampling) for arm in arms],
    }


def outcome(frame: Frame, units: Flags, resampling: Resampling) -> dict[str, Any]:
    """Of these units: each by the mean of its human labels."""
    known = frame.consensus.known & units
    labels, subject = frame.consensus.label[known], frame.ratings.subject[known]
    better, worse = labels > NO_DIFFERENCE + ROUNDING, labels < NO_DIFFERENCE - ROUNDING
    columns = [labels, better, ~better & ~worse, worse]
    sums = by_subject(columns, subject, frame.ratings.subjects)
    n = int(known.sum())
    mean, win, tie, loss = resampling.statistics(sums, lambda total: mean_of(total[..., :-1], total[..., -1:]), n=n)
    no_better = resampling.statistic(sums, lambda total: 1 - mean_of(total[..., 1], total[..., -1]), n=n)
    return {
        "units": n,
        "provisional": int((frame.provisional & units).sum()),
        "mean": mean.as_json(),
        "better": win.as_json(),
        "no_better": no_better.as_json(),
        "win": win.as_json(),
        "tie": tie.as_json(),
        "loss": loss.as_json(),
        **_of_judgments(frame, units, resampling),
    }


def by_subject(columns: list[Any], subject: npt.NDArray[np.int64], subjects: int) -> Floats:
    """Sums of the columns for each subject, and the number of rows as the last."""
    weighted = [
        np.bincount(subject, weights=np.asarray(column, dtype=np.float64), minlength=subjects) for column in columns
    ]
    return np.stack([*weighted, np.bincount(subject, minlength=subjects).astype(np.float64)], axis=1)


def _of_judgments(frame: Frame, units: Flags, resampling: Resampling) -> dict[str, Any]:
    """How single raters judged: the shares of the labels, and of those that say personalizing did harm."""
    rows = frame.human.of_units(units)
    subject = rows.subject[rows.unit]
    columns = [rows.label == label for label in frame.scale] + [rows.label < NO_DIFFERENCE]
    sums = by_subject(columns, subject, rows.subjects)
    *shares, harm = resampling.statistics(sums, lambda total: mean_of(total[..., :-1], total[..., -1:]), n=len(rows))
    return {
        "judgments": len(rows),
        "harm": harm.as_json(),
        "distribution": [
            {"label": label, "share": share.as_json()} for label, share in zip(frame.scale, shares, strict=True)
        ],
    }


def _by_group(
    dataset: Dataset, frame: Frame, column: str, overall: Flags, resampling: Resampling
) -> list[dict[str, Any]]:
    """Attribute units have types, comparisons have the rest."""
    kind = ~overall if column == "attribute_type" else overall
    return [
        {"name": name, "outcome": outcome(frame, kind & units, resampling)}
        for name, units in groups_of(dataset, frame, column).items()
    ]


def _by_arm(frame: Frame, arms: Sequence[ComparedArm], overall: Flags, resampling: Resampling) -> list[dict[str, Any]]:
    """By system, and by arm where a system has several: two treatments have no common outcome."""
    with_units = [(arm, units) for arm in arms if (units := units_of(arm, frame)).any()]
    return [
        {
            "name": arm.name,
            "short": arm.short,
            "system": arm.system,
            "outcome": outcome(frame, overall & units, resampling),
        }
        for arm, units in with_units
    ]


def _cost(dataset: Dataset, arm: ComparedArm, resampling: Resampling) -> dict[str, Any]:
    """What a response took, generic and personalized, and what personalizing added."""
    rows = arm.rows(dataset.tables["comparisons"])
    subject = rows.column("subject_key").combine_chunks().dictionary_encode().indices.to_numpy().astype(np.int64)
    names = {"latency_ms": "latency_ms", "tokens": "tokens", "money": "cost", "characters": "characters"}
    found: dict[str, Any] = {"system": arm.name, "comparisons": rows.num_rows}
    for name, column in names.items():
        pair = [as_array(rows.column(f"{kind}_{column}")).astype(np.float64) for kind in ("generic", "personalized")]
        found[name] = _extra(pair[0], pair[1], subject, resampling)
    return found


def _extra(generic: Floats, personalized: Floats, subject: npt.NDArray[np.int64], resampling: Resampling) -> Any:
    both = np.isfinite(generic) & np.isfinite(personalized)
    if not both.any():
        nothing = Estimate.undefined(NO_COST).as_json()
        return {"generic": nothing, "personalized": nothing, "extra": nothing}
    columns = [generic[both], personalized[both], personalized[both] - generic[both]]
    sums = by_subject(columns, subject[both], int(subject.max()) + 1)
    estimates = resampling.statistics(sums, lambda total: mean_of(total[..., :-1], total[..., -1:]), n=int(both.sum()))
    return {
        name: estimate.as_json() for name, estimate in zip(("generic", "personalized", "extra"), estimates, strict=True)
    }
