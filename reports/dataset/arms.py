"""Arms: what is compared with generic (docs/protocol.md, Terms). Each has a name that tells it from the others."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import compute

from reports.dataset.dataset import Dataset

POLICIES = {
    "own": "its own selection",
    "accepted": "accepted attributes, selected anew",
    "relevant": "relevant attributes",
    "selection": "selection of {}",
    "all": "all attributes",
}
UNNAMED = "unnamed"
NOT_SET = "none"
_KEY = ("response_system", "arm_id", "arm_name", "arm_policy", "arm_selection_of", "arm_settings")


type Arm = tuple[Any, ...]  # the values of ``_KEY``


@dataclass(frozen=True, slots=True)
class SilentComparison:
    """A tie by construction: the arm left the response as it was. Keys as in the dataset's items."""

    subject_key: Any
    prompt_id: Any
    case_id: Any


@dataclass(frozen=True, slots=True, eq=False)
class ComparedArm:
    """``name`` as it is shown: the system alone where it has no other arm; ``short`` is what tells it from those.

    ``comparisons`` are their ids; of cases that were set aside for controls none counts. ``silent``: each case once.
    ``identical``: how many comparisons are of one text.
    """

    name: str
    short: str
    facts: dict[str, Any]
    comparisons: npt.NDArray[np.int64]
    silent: Sequence[SilentComparison] = ()
    identical: int = 0

    @property
    def system(self) -> str:
        return str(self.facts["response_system"])

    def rows(self, comparisons: pa.Table) -> pa.Table:
        return comparisons.filter(compute.is_in(comparisons.column("comparison_id"), pa.array(self.comparisons)))


def arms_of(dataset: Dataset) -> list[ComparedArm]:
    """By system, then as they were made."""
    compared, silent = _compared(dataset), _silent(dataset)
    rows = sorted((dict(zip(_KEY, arm, strict=True)) for arm in {**compared, **silent}), key=_order)
    found = []
    for _system, of_system in groupby(rows, key=lambda row: row["response_system"]):
        its = list(of_system)
        for row, (name, short) in zip(its, _names(its), strict=True):
            arm = tuple(row.values())
            comparisons, identical = compared.get(arm, ([], 0))
            its_silent = tuple(silent.get(arm, {}).values())
            found.append(ComparedArm(name, short, row, np.asarray(comparisons, dtype=np.int64), its_silent, identical))
    return found


def comparisons_of_arms(dataset: Dataset) -> pa.Table:
    """Without controls, which have no arm, and without cases that were set aside for them."""
    table = dataset.tables["comparisons"]
    aside = compute.fill_null(table.column("for_controls"), False)
    return table.filter(compute.and_(compute.is_null(table.column("control")), compute.invert(aside)))


def _compared(dataset: Dataset) -> dict[Arm, tuple[list[int], int]]:
    """The comparisons of each arm, and how many of them are of one text."""
    grouped = comparisons_of_arms(dataset).group_by(list(_KEY))
    rows = grouped.aggregate([("comparison_id", "list"), ("identical", "sum")]).to_pylist()
    return {tuple(row[name] for name in _KEY): (row["comparison_id_list"], row["identical_sum"]) for row in rows}


def _silent(dataset: Dataset) -> dict[Arm, dict[int, SilentComparison]]:
    """By case. What was taken out of the study is silent for nobody."""
    table = dataset.tables["silent_cases"]
    gone = compute.or_(table.column("withdrawn"), table.column("for_controls"))
    found: dict[Arm, dict[int, SilentComparison]] = defaultdict(dict)
    for row in table.filter(compute.invert(gone)).to_pylist():
        silent = SilentComparison(row["subject_key"], row["prompt_id"], row["case_id"])
        found[tuple(row[name] for name in _KEY)][row["case_id"]] = silent
    return found


def _order(row: dict[str, Any]) -> tuple[str, bool, int]:
    return row["response_system"], row["arm_id"] is None, row["arm_id"] or 0


def _names(of_system: Sequence[dict[str, Any]]) -> list[tuple[str, str]]:
    """Of each arm the name and the short one."""
    system = str(of_system[0]["response_system"])
    if len(of_system) == 1:
        return [(system, system)]
    words = [_words(row) for row in of_system]
    apart = [
        ", ".join(_apart(row, [other for other, word in zip(of_system, words, strict=True) if word == own]))
        for row, own in zip(of_system, words, strict=True)
    ]
    full = _numbered([", ".join(filter(None, pair)) for pair in zip(words, apart, strict=True)])
    short = [
        settings if settings and apart.count(settings) == 1 else each
        for each, settings in zip(full, apart, strict=True)
    ]
    return [(f"{system} ({each})", brief) for each, brief in zip(full, short, strict=True)]


def _numbered(names: Sequence[str]) -> list[str]:
    """Each once, whatever uploaders call their settings."""
    before = [names[:place].count(name) for place, name in enumerate(names)]
    return [f"{name}, {number + 1}" if number else name for name, number in zip(names, before, strict=True)]


def _words(row: dict[str, Any]) -> str:
    policy = POLICIES.get(row["arm_policy"] or "", "").format(row["arm_selection_of"])
    return ", ".join(filter(None, [row["arm_name"], policy])) or UNNAMED


def _apart(row: dict[str, Any], like: Sequence[dict[str, Any]]) -> list[str]:
    """The settings that differ among arms of the same words."""
    all_settings = [_flat(settings_of(each)) for each in like]
    own = _flat(settings_of(row))
    names = sorted(set().union(*all_settings))
    differ = [name for name in names if len({json.dumps(each.get(name)) for each in all_settings}) > 1]
    return [f"{name} {own.get(name, NOT_SET)}" for name in differ]


def settings_of(row: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(row["arm_settings"] or "{}")
    return found


def _flat(settings: dict[str, Any]) -> dict[str, Any]:
    """With the parameters of a run beside its other settings."""
    inner = {name: value for name, value in settings.items() if isinstance(value, dict)}
    outer = {name: value for name, value in settings.items() if name not in inner}
    return {**outer, **{key: value for each in inner.values() for key, value in each.items()}}
