"""Could raters see a difference? What they made of planted pairs with a known answer: docs/protocol.md, Controls.

Controls belong to the study: a report of a part of it rests on all of them.
"""

from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import compute

from conversations.enums import GATING_CONTROLS, ControlKind
from reports.dataset.dataset import Dataset, as_array
from reports.dataset.frames import coded, special_judgments
from reports.report.figures.outcomes import NO_DIFFERENCE
from reports.stats.decision import Controls
from reports.stats.estimate import Estimate
from reports.stats.ratings import Floats, Indices
from reports.stats.reliability import gold_accuracy
from reports.stats.sensitivity import controls

NONE, FEW, MISSED, SHOWN, NOT_SHOWN = "none", "few", "missed", "shown", "not shown"


def controls_of(dataset: Dataset) -> Controls:
    """What the verdict rests on: the kinds that gate."""
    return _controls(_of_kinds(control_answers(dataset), *GATING_CONTROLS))


def control_answers(dataset: Dataset) -> pa.Table:
    """One row for each first answer of a human to a control as a whole, none of them excluded or about oneself.

    With ``control``, its kind, and ``comparison_id``.
    """
    given = special_judgments(dataset, 3, "control")
    first = compute.and_(compute.equal(given.column("presentation"), 0), compute.invert(given.column("is_self_rating")))
    given, items = given.filter(first), dataset.tables["items"]
    place = pa.array(np.searchsorted(as_array(items.column("unit_id")), as_array(given.column("unit_id"))))
    comparison = items.column("comparison_id").take(place)
    pairs = dataset.tables["comparisons"]
    kind = pairs.column("control").take(compute.index_in(comparison, value_set=pairs.column("comparison_id")))
    asked = given.append_column("comparison_id", comparison).append_column("control", kind)
    return asked.filter(compute.is_null(items.column("attribute_id").take(place)))


def sensitivity_figures(dataset: Dataset) -> dict[str, Any]:
    answers, margin = control_answers(dataset), dataset.facts.margin
    found = _controls(_of_kinds(answers, *GATING_CONTROLS))
    return {
        "state": _state(found, margin),
        "margin": margin,
        **_measured(_of_kinds(answers, *GATING_CONTROLS)),
        "kinds": [
            {"kind": kind.value, "gates": kind in GATING_CONTROLS, **_measured(rows)}
            for kind in ControlKind
            if (rows := _of_kinds(answers, kind)).num_rows
        ],
    }


def _state(found: Controls, margin: float) -> str:
    if not found.judgments:
        return NONE
    if not found.suffice:
        return FEW
    if found.missed:
        return MISSED
    return SHOWN if found.shows(margin) else NOT_SHOWN


def _of_kinds(answers: pa.Table, *kinds: ControlKind) -> pa.Table:
    return answers.filter(compute.is_in(answers.column("control"), value_set=pa.array([kind.value for kind in kinds])))


def _controls(answers: pa.Table) -> Controls:
    return controls(_points(answers), _raters(answers), coded(answers.column("comparison_id"))[0])


def _measured(answers: pa.Table) -> dict[str, Any]:
    found = _controls(answers)
    return {
        "judgments": found.judgments,
        "raters": found.raters,
        "pairs": len(compute.unique(answers.column("comparison_id"))),
        "sensitivity": found.sensitivity.as_json(),
        "right": _right(answers, found).as_json(),
    }


def _right(answers: pa.Table, found: Controls) -> Estimate:
    """The share of answers on the right side of "no difference"."""
    if not found.suffice:
        return Estimate.undefined(found.sensitivity.reason, found.judgments)
    right = (_points(answers) > 0).astype(np.float64)
    return gold_accuracy(label=right, expected=np.ones(len(right)), rater=_raters(answers))


def _points(answers: pa.Table) -> Floats:
    """Towards the right answer: it is on the side of a control that is stored as personalized."""
    points: Floats = as_array(answers.column("answer_recoded")).astype(np.float64) - NO_DIFFERENCE
    return points


def _raters(answers: pa.Table) -> Indices:
    return coded(answers.column("rater_key"))[0]
