"""How far the raters can be trusted: gold, attention checks, repeats, exclusions and time."""

from collections import Counter
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import compute

from judgments.stages import behaviour
from reports.dataset.dataset import Dataset, as_array
from reports.dataset.frames import coded, repeated_judgments, special_judgments
from reports.stats.estimate import Estimate
from reports.stats.reliability import find_repeats, gold_accuracy, intra_rater, median_over_raters

NO_TIME = "No judgment of this stage was timed."


def quality_figures(dataset: Dataset, stage: int) -> dict[str, Any]:
    return {
        "gold": _expected(special_judgments(dataset, stage, "gold")).as_json(),
        "attention": _expected(special_judgments(dataset, stage, "attention")).as_json(),
        "intra_rater": _intra_rater(repeated_judgments(dataset, stage, "human"), stage),
        "exclusions": _exclusions(dataset, stage),
        "seconds_per_page": _seconds(dataset, stage).as_json(),
    }


def _expected(table: pa.Table) -> Estimate:
    """The share of the answers that were the known one."""
    return gold_accuracy(
        label=as_array(table.column("answer_recoded")).astype(np.float64),
        expected=as_array(table.column("expected_label")).astype(np.float64),
        rater=coded(table.column("rater_key"))[0],
    )


def _intra_rater(table: pa.Table, stage: int) -> dict[str, Any]:
    repeats = find_repeats(
        unit=as_array(table.column("unit_id")).astype(np.int64),
        rater=coded(table.column("rater_key"))[0],
        presentation=as_array(table.column("presentation")).astype(np.int64),
        label=as_array(table.column("answer_recoded")).astype(np.float64),
    )
    found = intra_rater(repeats, behaviour(stage).scale)
    return {"exact": found.exact.as_json(), "kappa": found.kappa.as_json()}


def _exclusions(dataset: Dataset, stage: int) -> list[dict[str, Any]]:
    """Judgments left out, by their reason."""
    judged = dataset.tables["judgments"]
    rows = judged.filter(compute.and_(compute.equal(judged.column("stage"), stage), judged.column("excluded")))
    counted = Counter(rows.column("exclusion_reason").to_pylist())
    return [{"reason": reason or "unknown", "judgments": count} for reason, count in sorted(counted.items(), key=str)]


def _seconds(dataset: Dataset, stage: int) -> Estimate:
    """The median active time for a page of those that were counted."""
    judged = dataset.tables["judgments"]
    rows = judged.filter(compute.and_(compute.equal(judged.column("stage"), stage), judged.column("counted")))
    pages, place = np.unique(coded(rows.column("assignment_id"))[0], return_index=True)
    first = place[pages >= 0]
    spent, rater = (
        as_array(rows.column("active_ms")).astype(np.float64)[first],
        coded(rows.column("rater_key"))[0][first],
    )
    timed = np.isfinite(spent) & (spent > 0)
    if not timed.any():
        return Estimate.undefined(NO_TIME)
    return median_over_raters(spent[timed] / 1000, rater[timed])
