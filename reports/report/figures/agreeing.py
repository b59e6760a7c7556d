"""How far the raters of a stage agree: the humans together, and every rater with every other."""

from typing import Any

import numpy as np

from judgments.stages import behaviour
from reports.dataset.frames import Frame
from reports.report.figures.samples import Samples
from reports.stats.agreement import agreement
from reports.stats.agreement_intervals import with_intervals
from reports.stats.crossing import PROMPTS
from reports.stats.explaining import explain_all
from reports.stats.explaining import name as name_of
from reports.stats.pairs import mean_kappas, pair_kappa
from reports.stats.ratings import Floats, Indices, category_index
from reports.stats.variance import variance_shares

MATRIX_AT_MOST = 24  # raters in the heat map: models and panels first, then the humans with the most judgments


def agreement_figures(samples: Samples) -> dict[str, Any]:
    """Of the humans: each figure with the sentence that says what it means here."""
    frame = samples.frame
    scale = np.asarray(frame.scale, dtype=np.float64)
    found = agreement(samples.human, scale, ordinal=behaviour(frame.stage).is_ordinal)
    found = with_intervals(found, samples.human, scale, samples.units)
    sentences = explain_all(found)
    return {
        "raters": int(np.unique(samples.human.rater).size),
        "figures": [
            {"key": figure.value, "name": name_of(figure), **estimate.as_json(), "sentence": sentences[figure]}
            for figure, estimate in found.figures.items()
        ],
        "variance": variance_shares(samples.human, samples.units.factors.get(PROMPTS)).as_json(),
    }


def pairwise(samples: Samples) -> dict[str, Any]:
    """Cohen's kappa between kinds of raters, and the matrix of raters for the heat map."""
    frame = samples.frame
    human, model, panel = (frame.raters_of(kind) for kind in ("human", "model", "panel"))
    groups = {
        "human_human": (human, human),
        "model_model": (model, model),
        "model_human": (model, human),
        "model_panel": (model, panel),
    }
    found = mean_kappas(frame.ratings, frame.scale, samples.units, human, list(groups.values()))
    means = {name: estimate.as_json() for name, estimate in zip(groups, found, strict=True)}
    return {**means, "is_weighted": len(frame.scale) > 2, "matrix": _matrix(samples)}


def _matrix(samples: Samples) -> dict[str, Any]:
    frame = samples.frame
    chosen = _most_telling(frame)
    steps = [_steps(frame, int(one)) for one in chosen]
    known = {
        (one, other): pair_kappa(steps[one], steps[other], samples.units).as_json()
        for other in range(len(chosen))
        for one in range(other)
    }
    cells = [
        [None if one == other else known[min(one, other), max(one, other)] for other in range(len(chosen))]
        for one in range(len(chosen))
    ]
    raters = [{"key": str(frame.ratings.rater_keys[one]), **_who(frame, int(one))} for one in chosen]
    return {"raters": raters, "cells": cells, "left_out": int(frame.ratings.raters - len(chosen))}


def _steps(frame: Frame, rater: int) -> Floats:
    """Where a rater's label stands on the scale, for each unit; NaN where there is none."""
    rows = frame.ratings.rows(frame.ratings.rater == rater)
    found = np.full(rows.units, np.nan)
    found[rows.unit] = category_index(rows.label, np.asarray(frame.scale, dtype=np.float64))
    return found


def _who(frame: Frame, rater: int) -> dict[str, str]:
    return {"name": str(frame.name[rater]), "kind": str(frame.kind[rater])}


def _most_telling(frame: Frame) -> Indices:
    judged = np.bincount(frame.ratings.rater, minlength=frame.ratings.raters)
    is_human = frame.raters_of("human")
    order = np.lexsort((frame.name.astype(str), -judged, is_human))
    return order[judged[order] > 0][:MATRIX_AT_MOST]
