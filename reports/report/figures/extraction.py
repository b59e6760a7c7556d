"""Stage 1: are the attributes true of the subject, and if not, what is wrong with them?"""

from typing import Any

import numpy as np
import numpy.typing as npt
from django.utils import translation

from judgments.enums import FailureMode
from judgments.stages import behaviour
from reports.dataset.dataset import Dataset
from reports.dataset.frames import BATCH, Frame, flagged_modes, groups_of
from reports.report.figures.agreeing import agreement_figures, pairwise
from reports.report.figures.apart import shares_apart
from reports.report.figures.samples import Samples
from reports.report.figures.selecting import lines_beside, machines_apart, scores_of_raters
from reports.stats.crossing import SHARE, Crossing, estimate, estimates
from reports.stats.estimate import Estimate
from reports.stats.ratings import Flags
from reports.stats.shares import NO_MODE, ratio, shares

GROUPS = {
    "by_system": "attribute_system",
    "by_origin": "subject_origin",
    "by_type": "attribute_type",
    "by_batch": BATCH,
}


ACCEPT = 1


def extraction_figures(dataset: Dataset, frame: Frame) -> dict[str, Any]:
    samples = Samples.of(frame)
    everything = np.ones(frame.ratings.units, dtype=bool)
    flagged = np.asarray(frame.scale) != ACCEPT
    return {
        "units": int(frame.consensus.known.sum()),
        "provisional": int(frame.provisional.sum()),
        "shares": _shares(samples, everything),
        "judgment_shares": _judgment_shares(samples),
        **{name: _groups(dataset, samples, column) for name, column in GROUPS.items()},
        "failure_modes": _failure_modes(dataset, samples),
        "agreement": agreement_figures(samples),
        "pairwise": pairwise(samples),
        "raters": _raters(samples, flagged),
        "lines": lines_beside(samples, flagged),
        "apart": machines_apart(samples, flagged),
    }


def _shares(samples: Samples, units: Flags) -> dict[str, Any]:
    """Shares of units by their consensus."""
    frame = samples.frame
    words = behaviour(frame.stage).words
    found = samples.consensus_shares(units)
    return {words[label]: each.as_json() for label, each in zip(frame.scale, found, strict=True)}


def _groups(dataset: Dataset, samples: Samples, column: str) -> list[dict[str, Any]]:
    frame = samples.frame
    groups = groups_of(dataset, frame, column)
    apart = shares_apart(samples, groups, frame.scale.index(ACCEPT))
    return [
        {
            "name": name,
            "units": int((units & frame.consensus.known).sum()),
            "shares": _shares(samples, units),
            "apart": apart[name].as_json(),
        }
        for name, units in groups.items()
    ]


def _judgment_shares(samples: Samples) -> dict[str, Any]:
    """Shares of single judgments, which the published figures are given in."""
    rows, scale = samples.human, samples.frame.scale
    sums = samples.judgments(rows).sums([rows.label == label for label in scale])
    found = estimates(sums, shares, n=len(rows), within=[SHARE] * len(scale))
    words = behaviour(samples.frame.stage).words
    return {words[label]: each.as_json() for label, each in zip(scale, found, strict=True)}


def _failure_modes(dataset: Dataset, samples: Samples) -> list[dict[str, Any]]:
    """Shares among the flagged judgments that name one."""
    unit, rater, modes = flagged_modes(dataset)
    place = np.searchsorted(samples.frame.ratings.unit_keys, unit)
    crossing = Crossing.of(samples.frame.ratings.subject[place], raters=rater) if len(unit) else None
    with translation.override("en"):  # figures are the same whoever asks for them
        return [
            {"mode": mode, "name": str(FailureMode(mode).label), **_mode_share(modes, mode, crossing).as_json()}
            for mode in FailureMode.values
        ]


def _mode_share(modes: npt.NDArray[Any], mode: str, crossing: Crossing | None) -> Estimate:
    named = modes != ""
    if crossing is None or not named.any():
        return Estimate.undefined(NO_MODE)
    sums = crossing.rows(named).sums([modes[named] == mode, np.ones(int(named.sum()))])
    return estimate(sums, ratio, n=int(named.sum()), within=SHARE)


def _raters(samples: Samples, flagged: Flags) -> list[dict[str, Any]]:
    """How often each rater accepts, and how well it finds what is to be flagged: models beside humans."""
    frame = samples.frame
    judged = np.bincount(frame.ratings.rater, minlength=frame.ratings.raters)
    scores = scores_of_raters(samples, flagged)
    known = frame.consensus.known[frame.ratings.unit]
    agreed = frame.ratings.label == frame.consensus.label[frame.ratings.unit]
    rows = [
        {
            "key": str(frame.ratings.rater_keys[rater]),
            "name": str(frame.name[rater]),
            "kind": str(frame.kind[rater]),
            "judgments": int(judged[rater]),
            "accept_rate": samples.share_of_rater(int(rater), frame.ratings.label == ACCEPT, known | True).as_json(),
            "matches_consensus": samples.share_of_rater(int(rater), agreed, known).as_json(),
            "flagging": scores[rater],
        }
        for rater in np.flatnonzero(judged)
    ]
    return sorted(rows, key=lambda row: (row["kind"] == "human", row["name"]))
