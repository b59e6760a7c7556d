"""The most telling units: where raters agree, where they split, and where models and humans part."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from judgments.stages import behaviour
from reports.dataset.arms import ComparedArm
from reports.dataset.frames import Frame
from reports.stats.ratings import Floats, Indices, Ratings

AT_MOST = 5
ROUNDING = 1e-9
ALL_OF = 3  # raters a unit needs before it is an example


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Of each unit: the number, mean, standard deviation and least of the labels some raters gave it."""

    counts: Indices
    means: Floats
    spread: Floats
    least: Floats

    @classmethod
    def of(cls, rows: Ratings) -> "Moments":
        counts = np.bincount(rows.unit, minlength=rows.units).astype(np.int64)
        sums = np.bincount(rows.unit, weights=rows.label, minlength=rows.units)
        squares = np.bincount(rows.unit, weights=rows.label**2, minlength=rows.units)
        means = sums / np.maximum(counts, 1)
        least = np.full(rows.units, np.inf)
        np.minimum.at(least, rows.unit, rows.label)
        return cls(counts, means, np.sqrt(np.maximum(squares / np.maximum(counts, 1) - means**2, 0)), least)


def examples(frame: Frame) -> dict[str, list[dict[str, Any]]]:
    """Units by what they show. Of equals the first unit comes first, so that a report does not change by itself."""
    human = Moments.of(frame.human)
    model = Moments.of(frame.ratings.of_raters(frame.raters_of("model")))
    enough = human.counts >= ALL_OF
    preferred = np.where(enough & (model.counts > 0), _liking(frame, model) - _liking(frame, human), 0)
    scores = {
        "accepted_by_all": np.where(enough, _unanimity(frame, human), 0),
        "disputed": np.where(human.counts > 1, human.spread, 0),
        "loved_by_models": preferred,
        "missed_by_models": -preferred,
    }
    return {name: _rows(frame, score, human, model) for name, score in scores.items()}


def with_arms(
    found: dict[str, list[dict[str, Any]]], frame: Frame, arms: Sequence[ComparedArm]
) -> dict[str, list[dict[str, Any]]]:
    """Of stage 3: each with the name of the arm that wrote the personalized response, where there are several."""
    names = {comparison: arm.name for arm in arms for comparison in arm.comparisons.tolist()} if len(arms) > 1 else {}
    of_unit = dict(zip(frame.ratings.unit_keys.tolist(), frame.of_unit("comparison_id").tolist(), strict=True))
    return {
        name: [{**row, "arm": names.get(of_unit[row["unit_id"]], "")} for row in rows] for name, rows in found.items()
    }


def _unanimity(frame: Frame, human: Moments) -> Floats:
    """By how many raters accepted without exception; at stage 3 by the mean, where all prefer the personalized response."""
    if behaviour(frame.stage).has_sides:
        return np.where(human.least > 3, human.means - 3, 0)
    return np.where(human.means == 1, human.counts.astype(np.float64), 0)


def _liking(frame: Frame, moments: Moments) -> Floats:
    """Means turned so that more is better: at stage 1 accept is 1 and reject is 3."""
    return -moments.means if behaviour(frame.stage).best_label == frame.scale[0] else moments.means


def _rows(frame: Frame, score: Floats, human: Moments, model: Moments) -> list[dict[str, Any]]:
    order = np.argsort(-score, kind="stable")[:AT_MOST]
    return [
        {
            "unit_id": int(frame.ratings.unit_keys[unit]),
            "score": float(score[unit]),
            "raters": int(human.counts[unit]),
            "human_mean": float(human.means[unit]) if human.counts[unit] else None,
            "model_mean": float(model.means[unit]) if model.counts[unit] else None,
        }
        for unit in order
        if score[unit] > ROUNDING
    ]
