"""What was acknowledged, compared value by value with what the product exports."""

import json
import tempfile
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.loop_client import LoopRater
from conversations.models import Stage
from judgments.models import Assignment
from raters.models import Enrolment
from raters.pseudonyms import rater_key
from reports.enums import ExportKind
from reports.exports.making import write_export_to
from reports.exports.scope import ExportScope

type Place = tuple[str, int, int]  # rater's pseudonym, task, unit (0: the overall unit)


@dataclass(frozen=True, slots=True)
class LoopCheck:
    """All but ``acknowledged`` must be 0."""

    acknowledged: int
    lost: int
    changed: int
    duplicated: int
    not_acknowledged: int
    over_k: int  # units with more than k counted labels

    def __str__(self) -> str:
        wrong = self.lost, self.changed, self.duplicated, self.not_acknowledged, self.over_k
        return f"{self.acknowledged} labels: {'/'.join(map(str, wrong))}"


def check(stage: Stage, raters: Sequence[LoopRater], *, before: int = 0) -> LoopCheck:
    """``before``: judgments that one of these raters was given by benchmarks/loop_history.py."""
    given, keys = _acknowledged(stage, raters)
    values: dict[Place, int] = {}
    times: Counter[Place] = Counter()
    counted: Counter[tuple[int, int]] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "judgments.jsonl"
        write_export_to(path, ExportScope(stage.study, [stage.number]), kind=ExportKind.JUDGMENTS, file_format="jsonl")
        with path.open(encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                unit = row["unit_id"] if row["attribute_id"] is not None or stage.number < 3 else 0
                place = (row["rater_key"], row["task_id"], unit)
                if row["rater_key"] in keys:
                    times[place] += 1
                    values[place] = row["answer_raw"]
                counted[row["task_id"], unit] += row["counted"] and row["task_kind"] == "regular"
    return LoopCheck(
        acknowledged=len(given),
        lost=sum(place not in values for place in given),
        changed=sum(place in values and values[place] != label for place, label in given.items()),
        duplicated=sum(count - 1 for count in times.values()),
        not_acknowledged=sum(place not in given for place in values) - before,
        over_k=sum(count > stage.k for count in counted.values()),
    )


def _acknowledged(stage: Stage, raters: Sequence[LoopRater]) -> tuple[Mapping[Place, int], set[str]]:
    enrolled = Enrolment.objects.filter(entry_link__token__in=[rater.token for rater in raters])
    ids = dict(enrolled.values_list("entry_link__token", "rater_id"))
    tasks = dict(Assignment.objects.filter(stage=stage, rater__in=ids.values()).values_list("id", "task_id"))
    key = {rater.token: rater_key(study=stage.study, rater_id=ids[rater.token]) for rater in raters}
    given = {
        (key[rater.token], tasks[uuid.UUID(assignment)], unit): label
        for rater in raters
        for (assignment, unit), label in rater.given.items()
    }
    return given, set(key.values())
