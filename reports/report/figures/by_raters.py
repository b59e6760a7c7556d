"""The figures by raters: by the link they came by, their platform, and how far into their work they were."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from judgments.stages import behaviour
from reports.dataset.dataset import Dataset
from reports.dataset.frames import Frame, overall_units
from reports.report.figures.outcomes import NO_DIFFERENCE
from reports.report.figures.samples import Samples
from reports.stats.crossing import SHARE, Range, estimate
from reports.stats.ratings import Flags, Ratings, category_index
from reports.stats.shares import ratio

NO_LINK = "no link"
HALVES = ("first half of their judgments", "second half")
GROUPS = {"link": "entry_link", "platform": "platform"}
POINTS: Range = (-2.0, 2.0)


def by_raters_figures(dataset: Dataset, frames: Mapping[int, Frame]) -> dict[str, list[dict[str, Any]]]:
    """Of counted human judgments, by stage and group; each with what they say and how often others say the same."""
    known = {row["rater_key"]: row for row in dataset.tables["raters"].to_pylist()}
    found: dict[str, list[dict[str, Any]]] = {"link": [], "platform": [], "tenure": []}
    for frame in frames.values():
        samples = Samples.of(frame)
        rater = samples.human.rater
        for name, column in GROUPS.items():
            values = np.array([known[key][column] or NO_LINK for key in frame.ratings.rater_keys], dtype=object)
            of_rows = values[rater]
            groups = {value: of_rows == value for value in sorted(set(of_rows.tolist()))}
            found[name] += _rows(samples, groups)
        second = in_second_half(samples.human)
        found["tenure"] += _rows(samples, dict(zip(HALVES, (~second, second), strict=True)))
    return found


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
