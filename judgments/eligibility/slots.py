"""Which of a task's open slots a rater may take: what is free, or held by somebody who does not come back to it."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from conversations.models import Stage
from judgments.eligibility.standing import GOES_ON, GOES_ON_SQL
from judgments.models import Slot
from raters.models import Enrolment

# Truths of the row ``slot``, for the indexes ``slot_free`` and ``slot_leased``. The last one looks at whoever is at work now.
FREE_SQL = "slot.assignment_id IS NULL AND NOT slot.withdrawn"
_HELD_SQL = "slot.assignment_id IS NOT NULL AND slot.filled_at IS NULL AND NOT slot.withdrawn"
EXPIRED_SQL = f"{_HELD_SQL} AND slot.lease_expires_at <= %(now)s"
LEFT_BEHIND_SQL = f"""{_HELD_SQL}
        AND EXISTS (
            SELECT FROM judgments_assignment held
            JOIN raters_enrolment enrolment ON enrolment.rater_id = held.rater_id
            WHERE held.id = slot.assignment_id AND enrolment.study_id = %(study)s
                AND enrolment.outcome NOT IN {GOES_ON_SQL} OFFSET 0)"""


def open_slots() -> QuerySet[Slot]:
    """Those that are not filled, whether a rater is at them or not."""
    return Slot.objects.filter(filled_at__isnull=True, withdrawn=False)


def unattended(now: datetime) -> Q:
    """Of open slots: nobody is at them, or their lease has run out."""
    return Q(assignment__isnull=True) | Q(lease_expires_at__lte=now)


def can_be_taken(stage: Stage, now: datetime) -> Q:
    """Of the stage's open slots. Who left the study keeps theirs from nobody."""
    left = Enrolment.objects.filter(study=stage.study_id, rater=OuterRef("assignment__rater"))
    return unattended(now) | Q(Exists(left.exclude(outcome__in=GOES_ON)))
