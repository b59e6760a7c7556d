"""Stage 1: are the attributes true of the subject, and if not, what is wrong with them?"""

from typing import Any

import numpy as np
from django.utils import translation

from judgments.enums import FailureMode
from judgments.stages import behaviour
from reports.dataset.dataset import Dataset
from reports.dataset.frames import BATCH, Frame, flagged_modes, groups_of
from reports.report.figures.agreeing import agreement_figures, pairwise
from reports.stats.ratings import Flags, Floats, Indices
from reports.stats.resampling import Resampling
from reports.stats.shares import counts_by_subject, failure_mode_shares, shares_of

GROUPS = {
    "by_system": "attribute_system",
    "by_origin": "subject_origin",
    "by_type": "attribute_type",
    "by_batch": BATCH,
}


def extraction_figures(dataset: Dataset, frame: Frame, resampling: Resampling) -> dict[str, Any]:
    known = frame.consensus.known
    return {
        "units": int(known.sum()),
        "provisional": int(frame.provisional.sum()),
        "shares": shares(frame, known, resampling),
        "judgment_shares": _judgment_shares(frame, resampling),
        **{
            name: [{"name": group, **_group(frame, known & units, resampling)} for group, units in groups.items()]
            for name, groups in ((name, groups_of(dataset, frame, column)) for name, column in GROUPS.items())
        },
        "failure_modes": _failure_modes(dataset),
        "agreement": agreement_figures(frame),
        "pairwise": pairwise(frame),
        "raters": _raters(frame),
    }


def shares(frame: Frame, units: Flags, resampling: Resampling) -> dict[str, Any]:
    """Shares of units by their consensus, with intervals over subjects."""
    return _shares(frame, frame.consensus.label[units], frame.ratings.subject[units], resampling)


def _group(frame: Frame, units: Flags, resampling: Resampling) -> dict[str, Any]:
    return {"units": int(units.sum()), "shares": shares(frame, units, resampling)}


def _judgment_shares(frame: Frame, resampling: Resampling) -> dict[str, Any]:
    """Shares of single judgments, which the published figures are given in."""
    rows = frame.human
    return _shares(frame, rows.label, rows.subject[rows.unit], resampling)


def _shares(frame: Frame, labels: Floats, subject: Indices, resampling: Resampling) -> dict[str, Any]:
    counts = counts_by_subject(labels, subject, frame.ratings.subjects, frame.scale)
    found = resampling.statistics(counts.astype(np.float64), shares_of, n=len(labels))
    words = behaviour(frame.stage).words
    return {words[label]: estimate.as_json() for label, estimate in zip(frame.scale, found, strict=True)}


def _failure_modes(dataset: Dataset) -> list[dict[str, Any]]:
    """Among the flagged judgments that name one. Wilson's interval: a mode is a matter of the single judgment."""
    _units, modes = flagged_modes(dataset)
    found = failure_mode_shares(modes, FailureMode.values)
    with translation.override("en"):  # figures are the same whoever asks for them
        return [
            {"mode": mode, "name": str(FailureMode(mode).label), **share.as_json()} for mode, share in found.items()
        ]


def _raters(frame: Frame) -> list[dict[str, Any]]:
    """How often each rater flags: models beside humans."""
    judged = np.bincount(frame.ratings.rater, minlength=frame.ratings.raters)
    accepted = np.bincount(frame.ratings.rater[frame.ratings.label == 1], minlength=frame.ratings.raters)
    agreed = frame.ratings.label == frame.consensus.label[frame.ratings.unit]
    comparable = frame.consensus.known[frame.ratings.unit]
    matches = np.bincount(frame.ratings.rater[agreed & comparable], minlength=frame.ratings.raters)
    compared = np.bincount(frame.ratings.rater[comparable], minlength=frame.ratings.raters)
    rows = [
        {
            "key": str(frame.ratings.rater_keys[rater]),
            "name": str(frame.name[rater]),
            "kind": str(frame.kind[rater]),
            "judgments": int(judged[rater]),
            "accept_rate": float(accepted[rater] / judged[rater]),
            "matches_consensus": float(matches[rater] / compared[rater]) if compared[rater] else None,
        }
        for rater in np.flatnonzero(judged)
    ]
    return sorted(rows, key=lambda row: (row["kind"] == "human", row["name"]))
