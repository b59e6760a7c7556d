"""The questions of a stage's comprehension check: added, replaced, ordered, retired. None is ever changed."""

import json
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Max

from accounts.models import User
from accounts.services import record
from conversations.models import Stage
from judgments.models import Question

SUGGESTED = Path(__file__).resolve().parent / "suggested_questions"


@transaction.atomic
def add_question(
    *, stage: Stage, text: str, choices: Sequence[str], answer: int, explanation: str, actor: User | None
) -> Question:
    Stage.objects.select_for_update().get(pk=stage.pk)
    last = Question.objects.filter(stage=stage).aggregate(last=Max("position"))["last"]
    return _create(
        actor=actor,
        stage=stage,
        position=(last or 0) + 1,
        text=text,
        choices=list(choices),
        answer=answer,
        explanation=explanation,
    )


@transaction.atomic
def replace_question(
    *,
    question: Question,
    text: str,
    choices: Sequence[str],
    answer: int,
    explanation: str,
    actor: User | None,
    now: datetime,
) -> Question:
    """The old one is retired, so that what raters answered to it stays readable."""
    retire_question(question=question, actor=actor, now=now)
    return _create(
        actor=actor,
        stage=question.stage,
        position=question.position,
        text=text,
        choices=list(choices),
        answer=answer,
        explanation=explanation,
    )


def _create(*, actor: User | None, **fields: Any) -> Question:
    question = Question(**fields)
    question.full_clean()
    question.save()
    record(actor=actor, action="question.add", study_id=question.stage.study_id, target=f"question {question.pk}")
    return question


@transaction.atomic
def retire_question(*, question: Question, actor: User | None, now: datetime) -> None:
    if Question.objects.filter(pk=question.pk, retired_at__isnull=True).update(retired_at=now):
        record(
            actor=actor, action="question.retire", study_id=question.stage.study_id, target=f"question {question.pk}"
        )


@transaction.atomic
def move_question(*, question: Question, up: bool) -> None:
    """Change places with its neighbour in the check; the first can't go up, the last not down."""
    Stage.objects.select_for_update().get(pk=question.stage_id)
    order = list(Question.objects.filter(stage=question.stage_id, retired_at__isnull=True))
    at = next((index for index, found in enumerate(order) if found.pk == question.pk), None)
    if at is None:
        return
    to = at - 1 if up else at + 1
    if not 0 <= to < len(order):
        return
    order[at], order[to] = order[to], order[at]
    for position, found in enumerate(order, start=1):
        Question.objects.filter(pk=found.pk).update(position=position)


@transaction.atomic
def add_suggested_questions(*, stage: Stage, actor: User | None) -> int:
    """Those of the protocol for this stage. None if the stage has questions already: they would stand there twice."""
    Stage.objects.select_for_update().get(pk=stage.pk)
    if Question.objects.filter(stage=stage, retired_at__isnull=True).exists():
        return 0
    suggested = _suggested(stage.number)
    for fields in suggested:
        add_question(stage=stage, actor=actor, **fields)
    return len(suggested)


@cache
def _suggested(stage_number: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((SUGGESTED / f"stage{stage_number}.json").read_text("utf-8"))
    return found
