"""A rater gets the next task, keeps it while working, or gives it back."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from conversations.enums import StageNumber
from conversations.models import Stage
from judgments.enums import Outcome
from judgments.models import Assignment
from judgments.policies.blinding import personalized_left
from judgments.queries.work import is_live
from judgments.services import leases
from judgments.services.claim_statement import LOCK_QUEUE, claim_statement
from raters.models import Rater


@dataclass(frozen=True, slots=True)
class _Queue:
    cursor: int
    claims: int


@transaction.atomic
def claim_next(*, rater: Rater, stage: Stage, now: datetime) -> Assignment | None:
    """The task the rater is at, else the next one. None if there is none for them or the stage is not open."""
    queue = _locked_queue(rater, stage)
    if queue is None:
        return None
    return _claim(rater, stage, queue, now) or _resume(rater, stage, queue, now)


def _locked_queue(rater: Rater, stage: Stage) -> _Queue | None:
    """Two tabs of a rater take turns here. None if the stage gives no work to this rater."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK_QUEUE, {"rater": rater.pk, "stage": stage.pk})
        row = cursor.fetchone()
    return _Queue(*row) if row else None


def _claim(rater: Rater, stage: Stage, queue: _Queue, now: datetime) -> Assignment | None:
    statement = claim_statement(
        stage_number=stage.number, several_comparisons_per_case=stage.study.several_comparisons_per_case
    )
    claimed = Assignment.objects.raw(statement, _parameters(rater, stage, queue, now))
    return next(iter(claimed), None)


def _parameters(rater: Rater, stage: Stage, queue: _Queue, now: datetime) -> dict[str, object]:
    side = None
    if stage.number == StageNumber.RESPONSE:
        side = personalized_left(key=bytes(stage.study.key), rater_id=rater.pk, ordinal=queue.claims)
    return {
        "rater": rater.pk,
        "stage": stage.pk,
        "study": stage.study_id,
        "assignment": uuid.uuid4(),
        "now": now,
        "expires": leases.lease_end(stage, now),
        "cursor": queue.cursor,
        "personalized_left": side,
    }


def _resume(rater: Rater, stage: Stage, queue: _Queue, now: datetime) -> Assignment | None:
    assignment = Assignment.objects.filter(rater=rater, stage=stage, outcome="").first()
    if assignment is None:
        return None
    if is_live(assignment.task_id, stage):
        leases.retake(assignment=assignment, stage=stage, now=now)
        return assignment
    leases.free(assignment=assignment)
    Assignment.objects.filter(pk=assignment.pk).update(outcome=Outcome.RETURNED, submitted_at=now)
    return _claim(rater, stage, queue, now)


def renew_lease(*, assignment: Assignment, now: datetime) -> bool:
    """Keep the slot while the rater works, two hours at most. False if it is not theirs any more."""
    return leases.renew(assignment=assignment, stage=assignment.stage, now=now)


@transaction.atomic
def release(*, assignment: Assignment, now: datetime) -> None:
    """The rater stops for now: others may take the slot. The draft stays, and the rater comes back to it."""
    leases.free(assignment=assignment)
