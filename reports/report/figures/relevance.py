"""Stage 2: which attributes matter, and do models and systems choose as humans do?"""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import compute

from reports.dataset.dataset import Dataset, as_array
from reports.dataset.frames import BATCH, Frame, groups_of
from reports.report.figures.agreeing import agreement_figures, pairwise
from reports.stats.classification import (
    Compared,
    ceiling_of,
    compare,
    f1_of,
    human_ceiling,
    score_raters,
)
from reports.stats.estimate import Estimate
from reports.stats.resampling import Resampling

YES = 1.0
GROUPS = {
    "by_origin": "subject_origin",
    "by_topic": "prompt_topic",
    "by_type": "attribute_type",
    "by_batch": BATCH,
}


def relevance_figures(dataset: Dataset, frame: Frame, resampling: Resampling) -> dict[str, Any]:
    humans = frame.raters_of("human")
    scores = score_raters(frame.ratings, frame.consensus, humans, positive=YES)
    judged = np.bincount(frame.ratings.rater, minlength=frame.ratings.raters)
    compared = compare(frame.ratings, frame.consensus, humans, positive=YES)
    raters = [
        {
            "key": str(frame.ratings.rater_keys[rater]),
            "name": str(frame.name[rater]),
            "kind": str(frame.kind[rater]),
            "judgments": int(judged[rater]),
            **score.as_json(),
        }
        for rater, score in enumerate(scores)
        if judged[rater] and frame.kind[rater] != "panel"
    ]
    return {
        "consensus": _consensus_figures(frame),
        "agreement": agreement_figures(frame),
        "pairwise": pairwise(frame),
        "raters": sorted(raters, key=lambda row: (row["kind"] == "human", row["name"])),
        "yes_rates": _yes_rates(frame, resampling),
        **{
            name: [
                {"name": group, **_group(frame.units(units), resampling)}
                for group, units in groups_of(dataset, frame, column).items()
            ]
            for name, column in GROUPS.items()
        },
        "human_ceiling": ceiling_estimate(compared, human_ceiling(scores), resampling).as_json(),
        "selections": [
            {"system": name, **selection_scores(frame, selected, resampling)}
            for name, selected in selections(dataset, frame).items()
        ],
    }


def ceiling_estimate(compared: Compared, point: Estimate, resampling: Resampling) -> Estimate:
    """The humans' mean leave-one-out F1, with its interval over subjects."""
    if point.value is None:
        return point
    return resampling.statistic(compared.ceiling_by_subject(), ceiling_of, n=point.n)


def selections(dataset: Dataset, frame: Frame) -> dict[str, npt.NDArray[np.float64]]:
    """What each system selected, by unit: 1 selected, 0 not, NaN where it did not speak about the case.

    In a case it spoke about, what it did not select is not selected: a system lists what it uses.
    """
    table, records = dataset.tables["selections"], dataset.tables["selection_records"]
    cases = frame.of_unit("case_id")
    place = {pair: unit for unit, pair in enumerate(zip(cases, frame.of_unit("attribute_id"), strict=True))}
    spoke = pa.concat_tables([each.select(["system", "case_id"]) for each in (records, table)])
    found: dict[str, npt.NDArray[np.float64]] = {}
    for system in sorted(compute.unique(spoke.column("system")).to_pylist()):
        of_system = spoke.filter(compute.equal(spoke.column("system"), system))
        chosen = np.where(np.isin(cases, as_array(of_system.column("case_id"))), 0.0, np.nan)
        rows = table.filter(compute.and_(compute.equal(table.column("system"), system), table.column("selected")))
        for pair in zip(as_array(rows.column("case_id")), as_array(rows.column("attribute_id")), strict=True):
            if pair in place:
                chosen[place[pair]] = 1.0
        found[system] = chosen
    return found


def selection_scores(frame: Frame, selected: npt.NDArray[np.float64], resampling: Resampling) -> dict[str, Any]:
    """A system's own selection against the consensus."""
    known = ~np.isnan(selected) & frame.consensus.known
    said, true = selected == 1, frame.consensus.label == YES
    cell = frame.ratings.subject * 4 + 2 * said + true
    counts = np.bincount(cell[known], minlength=frame.ratings.subjects * 4).reshape(-1, 4).astype(np.float64)
    n = int(known.sum())
    return {
        "units": n,
        "selected": resampling.statistic(
            counts, lambda each: _share(each[..., 2] + each[..., 3], each.sum(-1)), n=n
        ).as_json(),
        "precision": resampling.statistic(
            counts, lambda each: _share(each[..., 3], each[..., 2] + each[..., 3]), n=n
        ).as_json(),
        "recall": resampling.statistic(
            counts, lambda each: _share(each[..., 3], each[..., 1] + each[..., 3]), n=n
        ).as_json(),
        "f1": resampling.statistic(counts, f1_of, n=n).as_json(),
    }


def _consensus_figures(frame: Frame) -> dict[str, Any]:
    known = frame.consensus.known
    return {
        "units": int(known.sum()),
        "yes": int((known & (frame.consensus.label == YES)).sum()),
        "provisional": int(frame.provisional.sum()),
        "by_panel": int((known & (frame.consensus.raters == 0)).sum()),
    }


def _group(frame: Frame, resampling: Resampling) -> dict[str, Any]:
    """How much of it matters, and who finds too much of it."""
    known = frame.consensus.known
    subject = frame.ratings.subject[known]
    yes = np.bincount(subject[frame.consensus.label[known] == YES], minlength=frame.ratings.subjects)
    counts = np.stack([yes, np.bincount(subject, minlength=frame.ratings.subjects)], axis=1).astype(np.float64)
    n = int(known.sum())
    share = resampling.statistic(counts, lambda each: _share(each[..., 0], each[..., 1]), n=n)
    return {"units": n, "consensus_yes": share.as_json(), "yes_rates": _yes_rates(frame, resampling)}


def _yes_rates(frame: Frame, resampling: Resampling) -> dict[str, Any]:
    """Of humans and of models, by subject."""
    rates = {}
    for kind in ("human", "model"):
        rows = frame.ratings.of_raters(frame.raters_of(kind))
        subject = rows.subject[rows.unit]
        counts = np.stack(
            [
                np.bincount(subject[rows.label == YES], minlength=rows.subjects),
                np.bincount(subject, minlength=rows.subjects),
            ],
            axis=1,
        ).astype(np.float64)
        rates[kind] = resampling.statistic(
            counts, lambda each: _share(each[..., 0], each[..., 1]), n=len(rows)
        ).as_json()
    return rates


def _share(part: npt.NDArray[np.float64], whole: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    share: npt.NDArray[np.float64] = np.divide(part, whole, out=np.full(np.shape(whole), np.nan), where=whole > 0)
    return share
