"""What a rater's pages read about the rater's own work."""

import uuid

from django.db.models import Count, QuerySet

from accounts.statements import Statement, columns, one
from conversations.enums import StageState
from conversations.models import Stage
from judgments.counting import JUDGED_SQL
from judgments.eligibility.live import is_live
from judgments.enums import JUDGED, TaskKind
from judgments.models import Assignment
from raters.models import Rater


def can_revise(assignment: Assignment) -> bool:
    """A judged page can be changed as long as its stage is open."""
    if assignment.task.kind == TaskKind.PRACTICE:
        return False  # its answers were told
    return assignment.outcome in JUDGED and assignment.stage.state == StageState.OPEN


def may_read_on(assignment: Assignment) -> bool:
    """A page that is open, or was judged, of material that may still be shown: what it left out can be opened."""
    is_own = assignment.outcome in {"", *JUDGED}
    return is_own and is_live(assignment.task_id, assignment.stage)


_LAST_SUBMITTED = Statement(
    f"""SELECT own.id FROM judgments_assignment own JOIN judgments_task task ON task.id = own.task_id
    WHERE own.rater_id = %(rater)s AND own.stage_id = %(stage)s AND own.outcome IN {JUDGED_SQL}
        AND task.kind <> '{TaskKind.PRACTICE.value}'
        AND (%(before)s::timestamptz IS NULL OR own.submitted_at < %(before)s::timestamptz)
    ORDER BY own.submitted_at DESC LIMIT 1""",  # noqa: S608 - of our own words only
    columns,
)


def last_submitted(*, rater: Rater, stage: Stage, before: Assignment | None) -> uuid.UUID | None:
    """The page judged just before this one: where "back" leads."""
    known = {"rater": rater.pk, "stage": stage.pk, "before": before.submitted_at if before else None}
    found = one(_LAST_SUBMITTED, known)
    return found[0] if found else None


def finished(*, rater: Rater, stage: Stage) -> QuerySet[Assignment]:
    """What the rater has ended, newest first, each with the number of its units (``unit_count``)."""
    return (
        Assignment.objects.exclude(outcome="")
        .filter(rater=rater, stage=stage)
        .select_related("stage", "task")
        .defer("draft")
        .annotate(unit_count=Count("task__units"))
        .order_by("-submitted_at", "pk")
    )
