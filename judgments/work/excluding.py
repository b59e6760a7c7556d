"""Leave a rater's judgments of a stage out of every figure, and take them back in."""

import uuid
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Q

from accounts.models import User
from accounts.services import record
from conversations.models import Stage
from judgments.enums import ExclusionReason, Outcome, TaskKind
from judgments.models import Assignment, Judgment, Slot
from judgments.work.leases import FREED
from raters.models import Rater

# MATERIALIZED: a plan that ran the choice again for each slot would choose another free slot each time.
_REFILL = """
WITH chosen AS MATERIALIZED (
    SELECT given.id AS assignment_id, free.id AS slot_id
    FROM judgments_assignment given
    CROSS JOIN LATERAL (
        SELECT id FROM judgments_slot
        WHERE task_id = given.task_id AND filled_at IS NULL AND NOT withdrawn
            AND (assignment_id IS NULL OR lease_expires_at <= %(now)s)
        ORDER BY number LIMIT 1 FOR UPDATE SKIP LOCKED
    ) AS free
    WHERE given.rater_id = %(rater)s AND given.stage_id = %(stage)s AND given.outcome = 'submitted'
        AND given.presentation = 0
        AND NOT EXISTS (SELECT FROM judgments_slot own WHERE own.assignment_id = given.id)
        AND EXISTS (SELECT FROM judgments_submission submission WHERE submission.assignment_id = given.id)
)
UPDATE judgments_slot slot
SET assignment_id = chosen.assignment_id, leased_at = %(now)s, lease_expires_at = %(now)s, filled_at = %(now)s
FROM chosen
WHERE slot.id = chosen.slot_id
"""


@transaction.atomic
def exclude_judgments(*, rater: Rater, stage: Stage, reason: ExclusionReason, actor: User | None, now: datetime) -> int:
    """Mark them, keep them, and ask somebody else: their slots are open again.

    Pages that the rater begins meanwhile are left alone, judgments and slots alike.
    """
    pages = _locked_pages(rater, stage)
    mine = Q(rater=rater, unit__task__stage=stage) & (Q(assignment__in=pages) | Q(assignment__isnull=True))
    excluded = Judgment.objects.filter(mine, excluded_at__isnull=True).update(excluded_at=now, exclusion_reason=reason)
    Slot.objects.filter(assignment__in=pages, filled_at__isnull=False).update(**FREED)
    _record("judgments.exclude", rater, stage, actor, judgments=excluded, reason=reason)
    return excluded


@transaction.atomic
def include_judgments(*, rater: Rater, stage: Stage, actor: User | None, now: datetime) -> int:
    """Count them again where a slot is still free; what others have replaced meanwhile becomes surplus.

    What was judged elsewhere never held a slot: it counts again as it did before.
    """
    _locked_pages(rater, stage)
    mine = Q(rater=rater, unit__task__stage=stage)
    included = Judgment.objects.filter(mine, excluded_at__isnull=False).update(excluded_at=None, exclusion_reason="")
    with connection.cursor() as cursor:
        cursor.execute(_REFILL, {"now": now, "rater": rater.pk, "stage": stage.pk})
    Assignment.objects.filter(
        rater=rater,
        stage=stage,
        presentation=0,
        outcome=Outcome.SUBMITTED,
        slot__isnull=True,
        submissions__isnull=False,
        task__kind=TaskKind.REGULAR,
    ).update(outcome=Outcome.SURPLUS)
    _record("judgments.include", rater, stage, actor, judgments=included, reason="")
    return included


def _locked_pages(rater: Rater, stage: Stage) -> list[uuid.UUID]:
    """Whoever stores an answer holds its page: it is seen whole here, or comes whole afterwards."""
    pages = Assignment.objects.filter(rater=rater, stage=stage).order_by("pk")
    return list(pages.select_for_update(no_key=True).values_list("pk", flat=True))


def _record(action: str, rater: Rater, stage: Stage, actor: User | None, *, judgments: int, reason: str) -> None:
    record(
        actor=actor,
        action=action,
        study_id=stage.study_id,
        target=f"stage {stage.number}: {rater.name}",
        details={"rater": rater.pk, "judgments": judgments, "reason": reason},
    )
