"""Stage 2: which attributes matter, and do models and systems choose as humans do?"""

from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import compute

from conversations.enums import SelectionPool
from reports.dataset.dataset import Dataset, as_array
from reports.dataset.frames import BATCH, Frame, groups_of
from reports.report.figures.agreeing import agreement_figures, pairwise
from reports.report.figures.apart import shares_apart
from reports.report.figures.samples import Samples
from reports.report.figures.selecting import lines_beside, machines_apart, scores_of_raters, two_apart
from reports.stats.ceiling import human_ceiling
from reports.stats.classification import score_selection
from reports.stats.ratings import Flags, Floats

YES = 1.0
GROUPS = {
    "by_origin": "subject_origin",
    "by_topic": "prompt_topic",
    "by_type": "attribute_type",
    "by_batch": BATCH,
}


def relevance_figures(dataset: Dataset, frame: Frame) -> dict[str, Any]:
    samples = Samples.of(frame)
    yes = np.asarray(frame.scale) == YES
    scores = scores_of_raters(samples, yes)
    selected = selections(dataset, frame)
    return {
        "consensus": _consensus_figures(frame),
        "agreement": agreement_figures(samples),
        "pairwise": pairwise(samples),
        "raters": _raters(frame, scores),
        "lines": lines_beside(samples, yes),
        "apart": machines_apart(samples, yes),
        "yes_rates": _yes_rates(samples, np.ones(frame.ratings.units, dtype=bool)),
        **{name: _groups(dataset, samples, column) for name, column in GROUPS.items()},
        "human_ceiling": human_ceiling(samples.human, samples.units).as_json(),
        "selections": [{"system": name, **_selection(samples, of_system, yes)} for name, of_system in selected.items()],
        "selections_apart": two_apart(samples, selected, yes),
    }


def selections(dataset: Dataset, frame: Frame) -> dict[str, Floats]:
    """What each system selected, by unit: 1 selected, 0 not, NaN where it did not speak about the case.

    In a case it spoke about, what it did not select is not selected: a system lists what it uses.
    """
    table, records = (_its_own(dataset.tables[name]) for name in ("selections", "selection_records"))
    cases = frame.of_unit("case_id")
    place = {pair: unit for unit, pair in enumerate(zip(cases, frame.of_unit("attribute_id"), strict=True))}
    spoke = pa.concat_tables([each.select(["system", "case_id"]) for each in (records, table)])
    found: dict[str, Floats] = {}
    for system in sorted(compute.unique(spoke.column("system")).to_pylist()):
        of_system = spoke.filter(compute.equal(spoke.column("system"), system))
        chosen = np.where(np.isin(cases, as_array(of_system.column("case_id"))), 0.0, np.nan)
        rows = table.filter(compute.and_(compute.equal(table.column("system"), system), table.column("selected")))
        for pair in zip(as_array(rows.column("case_id")), as_array(rows.column("attribute_id")), strict=True):
            if pair in place:
                chosen[place[pair]] = 1.0
        found[system] = chosen
    return found


def _its_own(table: pa.Table) -> pa.Table:
    """Without what a system selected anew among the accepted attributes: an arm's, and not its selection."""
    pool = compute.fill_null(table.column("pool"), SelectionPool.ALL.value)
    return table.filter(compute.equal(pool, SelectionPool.ALL.value))


def _raters(frame: Frame, scores: list[dict[str, Any]]) -> list[dict[str, Any]]:
    judged = np.bincount(frame.ratings.rater, minlength=frame.ratings.raters)
    rows = [
        {
            "key": str(frame.ratings.rater_keys[rater]),
            "name": str(frame.name[rater]),
            "kind": str(frame.kind[rater]),
            "judgments": int(judged[rater]),
            **score,
        }
        for rater, score in enumerate(scores)
        if judged[rater] and frame.kind[rater] != "panel"
    ]
    return sorted(rows, key=lambda row: (row["kind"] == "human", row["name"]))


def _selection(samples: Samples, selected: Floats, yes: Flags) -> dict[str, Any]:
    """A system's own selection against the consensus."""
    frame = samples.frame
    known = np.where(frame.consensus.known, selected, np.nan)
    scores = score_selection(known, frame.consensus.label == YES, samples.units, samples.swings(yes)).as_json()
    return {
        "units": int(np.isfinite(known).sum()),
        "selected": scores["yes_rate"],
        **{name: scores[name] for name in ("precision", "recall", "f1", "balanced_accuracy", "mcc")},
    }


def _consensus_figures(frame: Frame) -> dict[str, Any]:
    known = frame.consensus.known
    return {
        "units": int(known.sum()),
        "yes": int((known & (frame.consensus.label == YES)).sum()),
        "provisional": int(frame.provisional.sum()),
        "by_panel": int((known & (frame.consensus.raters == 0)).sum()),
    }


def _groups(dataset: Dataset, samples: Samples, column: str) -> list[dict[str, Any]]:
    """How much of it matters, who finds too much of it, and how far each group lies from all others."""
    frame = samples.frame
    groups = groups_of(dataset, frame, column)
    place = frame.scale.index(int(YES))
    apart = shares_apart(samples, groups, place)
    return [
        {
            "name": name,
            "units": int((units & frame.consensus.known).sum()),
            "consensus_yes": samples.consensus_shares(units)[place].as_json(),
            "apart": apart[name].as_json(),
            "yes_rates": _yes_rates(samples, units),
        }
        for name, units in groups.items()
    ]


def _yes_rates(samples: Samples, units: Flags) -> dict[str, Any]:
    """Of humans together and of models together."""
    frame = samples.frame
    rates = {}
    for kind in ("human", "model"):
        rows = frame.ratings.rows(frame.raters_of(kind)[frame.ratings.rater] & units[frame.ratings.unit])
        rates[kind] = samples.share_of_judgments(rows, rows.label == YES).as_json()
    return rates
