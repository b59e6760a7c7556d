"""Slots change hands: taken, kept while the rater works, given back, filled."""

from datetime import datetime, timedelta

from accounts.statements import Statement, columns, rows
from conversations.models import Stage
from judgments.eligibility.slots import open_slots, unattended
from judgments.models import Assignment, Slot

LONGEST_LEASE = timedelta(hours=2)
_RENEW = Statement(
    """UPDATE judgments_slot
    SET lease_expires_at = GREATEST(lease_expires_at, LEAST(leased_at + %(longest)s::interval, %(until)s::timestamptz))
    WHERE assignment_id = %(assignment)s AND filled_at IS NULL AND NOT withdrawn RETURNING id""",
    columns,
)
FREED = {"assignment": None, "leased_at": None, "lease_expires_at": None, "filled_at": None}


def lease_end(stage: Stage, now: datetime) -> datetime:
    return now + timedelta(minutes=stage.lease_minutes)


def renew(*, assignment: Assignment, stage: Stage, now: datetime) -> bool:
    """Keep the slot while the rater works, two hours at most. False if it is not theirs any more."""
    held = {"assignment": assignment.pk, "longest": LONGEST_LEASE, "until": lease_end(stage, now)}
    return bool(rows(_RENEW, held))


def retake(*, assignment: Assignment, stage: Stage, now: datetime) -> bool:
    """A rater comes back to their task: the lease starts again, on another slot if theirs was taken."""
    if Slot.objects.filter(assignment=assignment, lease_expires_at__gt=now).exists():
        return renew(assignment=assignment, stage=stage, now=now)
    leased = {"leased_at": now, "lease_expires_at": lease_end(stage, now)}
    held = open_slots().filter(assignment=assignment)
    return bool(held.update(**leased)) or take(assignment=assignment, now=now, **leased)


def fill(*, assignment: Assignment, now: datetime) -> bool:
    """The rating counts: in the slot the rater holds or, if it was lost, in one nobody works on."""
    held = open_slots().filter(assignment=assignment)
    return bool(held.update(filled_at=now)) or take(
        assignment=assignment, now=now, leased_at=now, lease_expires_at=now, filled_at=now
    )


def take(*, assignment: Assignment, now: datetime, **values: datetime) -> bool:
    slot = (
        open_slots()
        .select_for_update(skip_locked=True, no_key=True)
        .filter(unattended(now), task_id=assignment.task_id)
        .order_by("number")
        .first()
    )
    if slot is None:
        return False
    return bool(Slot.objects.filter(pk=slot.pk).update(assignment=assignment, **values))


def free(*, assignment: Assignment) -> None:
    """Give an unfilled slot back, for others."""
    Slot.objects.filter(assignment=assignment, filled_at__isnull=True).update(**FREED)
