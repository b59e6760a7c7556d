"""How raters agree with gold, and whether they followed the attention checks."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db.models import F, QuerySet

from conversations.models import Stage
from judgments.counting import given
from judgments.enums import TaskKind
from judgments.models import Judgment
from judgments.stages import behaviour

type Right = tuple[int, int]  # how many were right, of how many


def gold_agreement(*, stage: Stage, rater_ids: Collection[int] | None = None) -> dict[int, Right]:
    """By rater: the judged units of gold pages. Judgments that were excluded count too: they say why."""
    return _by("rater_id", _expected(stage, rater_ids).filter(unit__task__kind=TaskKind.GOLD))


def attention_results(*, stage: Stage, rater_ids: Collection[int] | None = None) -> dict[int, Right]:
    """By rater: the instructions they met inside attention checks. The other units of such a page say nothing."""
    rows = _expected(stage, rater_ids).filter(unit__task__kind=TaskKind.ATTENTION)
    return _by("rater_id", rows.exclude(unit__instruction=""))


def agreement_by_task(*, stage: Stage, task_ids: Collection[int]) -> dict[int, Right]:
    """By gold, practice or attention task: the judged units that expect a label."""
    return _by("task_id", _expected(stage, None).filter(unit__task_id__in=task_ids))


def _expected(stage: Stage, rater_ids: Collection[int] | None) -> QuerySet[Judgment]:
    rows = Judgment.objects.filter(given(), unit__task__stage=stage, unit__expected_label__isnull=False, presentation=0)
    return rows if rater_ids is None else rows.filter(rater_id__in=rater_ids)


def _by(field: str, judgments: QuerySet[Judgment]) -> dict[int, Right]:
    rows: Iterable[Mapping[str, Any]] = judgments.values(
        "rater_id",
        "stage_number",
        "label",
        task_id=F("unit__task_id"),
        expected_label=F("unit__expected_label"),
        instruction=F("unit__instruction"),
        personalized_left=F("assignment__personalized_left"),
    )
    counts: dict[int, Right] = {}
    for row in rows:
        right, total = counts.get(row[field], (0, 0))
        counts[row[field]] = (right + _is_right(row), total + 1)
    return counts


def _is_right(row: Mapping[str, Any]) -> bool:
    return behaviour(row["stage_number"]).is_right(
        row["label"],
        row["expected_label"],
        personalized_left=row["personalized_left"],
        is_instruction=bool(row["instruction"]),
    )
