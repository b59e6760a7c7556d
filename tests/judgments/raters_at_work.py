"""What a rater does, in one call each."""

import uuid
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from conversations.models import Stage, Study
from judgments.models import Assignment, Unit
from judgments.rating.answering import submit
from judgments.rating.given_answers import Acknowledgement, GivenAnswers, UnitAnswer
from judgments.work.claiming import claim_next
from judgments.work.opening import open_stage
from raters.models import Rater
from tests import factories
from tests.rows import made_once


def open_for_rating(number: int, **values: int) -> tuple[Study, Stage]:
    stage = _open_stage(number, **values)
    return stage.study, stage


@made_once
def _open_stage(number: int, *, subjects: int = 2, k: int = 3, attributes_each: int = 3) -> Stage:
    study = factories.study()
    factories.material(study, subjects=subjects, attributes_each=attributes_each)
    stage = factories.stage(study, number, k=k)
    open_stage(stage=stage, actor=None, now=datetime(2026, 3, 1, 11, tzinfo=UTC))
    return stage


def claim(*, rater: Rater, stage: Stage, now: datetime) -> Assignment:
    """The rater's next task, where there must be one."""
    assignment = claim_next(rater=rater, stage=stage, now=now)
    assert assignment is not None
    return assignment


def answers(
    assignment: Assignment, *, label: int = 1, client_id: uuid.UUID | None = None, only: Iterable[Unit] | None = None
) -> GivenAnswers:
    units = Unit.objects.filter(task_id=assignment.task_id) if only is None else only
    given = [UnitAnswer(unit_id=unit.pk, label=label) for unit in units]
    return GivenAnswers(client_id=client_id or uuid.uuid4(), answers=given, active_ms=9000)


def judge(
    assignment: Assignment, *, now: datetime, label: int = 1, only: Iterable[Unit] | None = None
) -> Acknowledgement:
    return give(assignment, answers(assignment, label=label, only=only), now=now)


def answer_first(assignment: Assignment, *, now: datetime) -> Acknowledgement:
    """What the page asks first, and no more: with a person card the overall unit."""
    return submit(rater=assignment.rater, assignment_id=assignment.pk, submission=answers(assignment), now=now)


def give(assignment: Assignment, submission: GivenAnswers, *, now: datetime) -> Acknowledgement:
    """The whole page: with a person card the overall answer first, then the others."""
    given = submit(rater=assignment.rater, assignment_id=assignment.pk, submission=submission, now=now)
    return given if given.outcome else give_attributes(assignment, submission, now=now)


def give_attributes(assignment: Assignment, submission: GivenAnswers, *, now: datetime) -> Acknowledgement:
    """What is asked once the overall answer is stored."""
    overall = assignment.task.units.filter(attribute__isnull=True, instruction="").values_list("pk", flat=True)
    others = [answer for answer in submission.answers if answer.unit_id not in overall]
    second = replace(submission, client_id=uuid.uuid4(), answers=others)
    return submit(rater=assignment.rater, assignment_id=assignment.pk, submission=second, now=now)


def work_until_nothing_left(rater: Rater, stage: Stage, now: datetime, *, label: int = 1) -> list[Assignment]:
    done = []
    while assignment := claim_next(rater=rater, stage=stage, now=now):
        judge(assignment, now=now, label=label)
        done.append(assignment)
    return done
