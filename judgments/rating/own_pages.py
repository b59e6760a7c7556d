"""What a rater's pages read about the rater's own work."""

import uuid

from django.db.models import Count, QuerySet

from conversations.enums import StageState
from conversations.models import Stage
from judgments.counting import judged
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


def last_submitted(*, rater: Rater, stage: Stage, before: Assignment | None) -> uuid.UUID | None:
    """The page judged just before this one: where "back" leads."""
    ended = Assignment.objects.filter(judged(), rater=rater, stage=stage).exclude(task__kind=TaskKind.PRACTICE)
    if before is not None and before.submitted_at is not None:
        ended = ended.filter(submitted_at__lt=before.submitted_at)
    return ended.order_by("-submitted_at").values_list("pk", flat=True).first()


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
