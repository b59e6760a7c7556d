"""How far the raters of a stage agree: the humans together, and every rater with every other."""

from typing import Any

import numpy as np

from judgments.stages import behaviour
from reports.dataset.frames import Frame
from reports.stats.agreement import agreement
from reports.stats.explaining import explain_all
from reports.stats.explaining import name as name_of
from reports.stats.pairs import Pairs, rater_pairs
from reports.stats.ratings import Indices
from reports.stats.variance import variance_shares

MATRIX_AT_MOST = 24  # raters in the heat map: models and panels first, then the humans with the most judgments


def agreement_figures(frame: Frame) -> dict[str, Any]:
    """Of the humans: each figure with the sentence that says what it means here."""
    found = agreement(frame.human, frame.scale, ordinal=behaviour(frame.stage).is_ordinal)
    sentences = explain_all(found)
    return {
        "raters": int(np.unique(frame.human.rater).size),
        "figures": [
            {"key": figure.value, "name": name_of(figure), **estimate.as_json(), "sentence": sentences[figure]}
            for figure, estimate in found.figures.items()
        ],
        "variance": variance_shares(frame.human).as_json(),
    }


def pairwise(frame: Frame) -> dict[str, Any]:
    """Cohen's kappa between kinds of raters, and the matrix of raters for the heat map."""
    pairs = rater_pairs(frame.ratings, frame.scale)
    human, model = frame.raters_of("human"), frame.raters_of("model")
    panel = frame.raters_of("panel")
    return {
        "human_human": pairs.mean_kappa(pairs.between(human, human)).as_json(),
        "model_model": pairs.mean_kappa(pairs.between(model, model)).as_json(),
        "model_human": pairs.mean_kappa(pairs.between(model, human)).as_json(),
        "model_panel": pairs.mean_kappa(pairs.between(model, panel)).as_json(),
        "matrix": _matrix(frame, pairs),
    }


def _matrix(frame: Frame, pairs: Pairs) -> dict[str, Any]:
    chosen = _most_telling(frame)
    cells = [
        [None if one == other else pairs.kappa(int(one), int(other)).as_json() for other in chosen] for one in chosen
    ]
    raters = [{"key": str(frame.ratings.rater_keys[one]), **_who(frame, int(one))} for one in chosen]
    return {"raters": raters, "cells": cells, "left_out": int(frame.ratings.raters - len(chosen))}


def _who(frame: Frame, rater: int) -> dict[str, str]:
    return {"name": str(frame.name[rater]), "kind": str(frame.kind[rater])}


def _most_telling(frame: Frame) -> Indices:
    judged = np.bincount(frame.ratings.rater, minlength=frame.ratings.raters)
    is_human = frame.raters_of("human")
    order = np.lexsort((frame.name.astype(str), -judged, is_human))
    return order[judged[order] > 0][:MATRIX_AT_MOST]
