"""The figures by raters: by their link, platform, how far into their work they were, and whether they knew the subject."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import compute

from conversations.enums import StageNumber
from judgments.stages import behaviour
from reports.dataset.dataset import Dataset, as_array
from reports.dataset.frames import Frame, overall_units
from reports.report.figures.outcomes import NO_DIFFERENCE
from reports.report.figures.samples import Samples
from reports.stats.crossing import SHARE, Range, estimate
from reports.stats.ratings import Flags, Ratings, category_index
from reports.stats.shares import ratio

NO_LINK = "no link"
HAD_JUDGED = ("had judged the subject's attributes", "had not")
HALVES = ("first half of their judgments", "second half")
GROUPS = {"link": "entry_link", "platform": "platform"}
POINTS: Range = (-2.0, 2.0)


def by_raters_figures(dataset: Dataset, frames: Mapping[int, Frame]) -> dict[str, list[dict[str, Any]]]:
    """Of counted human judgments, by stage and group; each with what they say and how often others say the same."""
    known = {row["rater_key"]: row for row in dataset.tables["raters"].to_pylist()}
    found: dict[str, list[dict[str, Any]]] = {"link": [], "platform": [], "tenure": [], "subject": []}
    judged_before = _judged_at_first(dataset, frames.get(StageNumber.EXTRACTION))
    for frame in frames.values():
        samples = Samples.of(frame)
        rater = samples.human.rater
        for name, column in GROUPS.items():
            values = np.array([known[key][column] or NO_LINK for key in frame.ratings.rater_keys], dtype=object)
            of_rows = values[rater]
            groups = {value: of_rows == value for value in sorted(set(of_rows.tolist()))}
            found[name] += _rows(samples, groups)
        if behaviour(frame.stage).has_sides:
            found["subject"] += _rows(samples, _by_subject(samples, judged_before))
        second = in_second_half(samples.human)
        found["tenure"] += _rows(samples, dict(zip(HALVES, (~second, second), strict=True)))
    return found


def _judged_at_first(dataset: Dataset, first: Frame | None) -> set[tuple[str, str]]:
    """Raters and subjects whose attributes they judged at stage 1, whether that counts or not: they had read them."""
    if first is None:
        return set()
    units, judged = first.ratings.unit_keys, dataset.tables["judgments"]
    regular = judged.filter(compute.is_in(judged.column("unit_id"), value_set=pa.array(units)))
    places = np.searchsorted(units, as_array(regular.column("unit_id")))
    subjects = first.ratings.subject_keys[first.ratings.subject[places]]
    return set(zip(regular.column("rater_key").to_pylist(), subjects.tolist(), strict=True))


def _by_subject(samples: Samples, judged: set[tuple[str, str]]) -> dict[str, Flags]:
    """None where nobody had: then there is nothing to compare."""
    rows = samples.human
    raters, subjects = rows.rater_keys[rows.rater], rows.subject_keys[rows.subject[rows.unit]]
    had = np.array([pair in judged for pair in zip(raters.tolist(), subjects.tolist(), strict=True)], dtype=bool)
    return dict(zip(HAD_JUDGED, (had, ~had), strict=True)) if had.any() else {}


def in_second_half(rows: Ratings) -> Flags:
    """Of each judgment, whether its rater had given half of theirs before it. Rows stand in the order they came in."""
    order = np.argsort(rows.rater, kind="stable")
    counts = np.bincount(rows.rater, minlength=rows.raters)
    before = np.empty(len(rows), dtype=np.int64)
    before[order] = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    second: Flags = 2 * before >= counts[rows.rater]
    return second


def _rows(samples: Samples, groups: Mapping[str, Flags]) -> list[dict[str, Any]]:
    rows, frame = samples.human, samples.frame
    way = behaviour(frame.stage)
    agreeing, others = _agreeing(rows, frame)
    if way.has_words:
        said, value, within = f"share of {way.words[way.best_label]}", rows.label == way.best_label, SHARE
    else:
        said, value, within = "effect, in points", rows.label - NO_DIFFERENCE, POINTS
    asked = overall_units(frame)[rows.unit] if way.has_overall_unit else np.ones(len(rows), dtype=bool)
    return [
        {
            "stage": frame.stage,
            "name": name,
            "raters": len(np.unique(rows.rater[chosen])),
            "judgments": int(chosen.sum()),
            "measured": said,
            "value": _mean(samples, value, chosen & asked, within),
            "agreement": _mean(samples, agreeing, chosen & (others > 0), SHARE),
        }
        for name, chosen in groups.items()
    ]


def _agreeing(rows: Ratings, frame: Frame) -> tuple[Any, Any]:
    """Of each judgment the share of the unit's other humans who gave the same label, and how many others there are."""
    scale = np.asarray(frame.scale, dtype=np.float64)
    counts = rows.counts(scale)[rows.unit]
    same = counts[np.arange(len(rows)), category_index(rows.label, scale)] - 1
    others = counts.sum(axis=1) - 1
    return same / np.maximum(others, 1), others


def _mean(samples: Samples, value: Any, chosen: Flags, within: Range) -> dict[str, Any]:
    rows = samples.human.rows(chosen)
    sums = samples.judgments(rows).sums([np.asarray(value)[chosen], np.ones(len(rows))])
    return estimate(sums, ratio, n=len(rows), within=within).as_json()
