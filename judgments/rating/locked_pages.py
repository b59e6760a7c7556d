"""A rater's own page, locked for what is given to it, and whether its stage takes anything."""

import uuid

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet

from conversations.enums import StageState, StudyState
from conversations.models import Stage
from judgments.models import Assignment, Unit
from judgments.rating.refusals import NotYours, StageNotOpen
from raters.models import Rater


def _own_assignments(rater: Rater) -> QuerySet[Assignment]:
    return Assignment.objects.select_related("stage__study", "task", "rules").filter(rater=rater)


def _locked(assignments: QuerySet[Assignment], assignment_id: uuid.UUID) -> Assignment:
    """Requests about one page take turns, whatever order the network brings them in."""
    assignment = assignments.select_for_update(of=("self",), no_key=True).filter(pk=assignment_id).first()
    if assignment is None:
        raise NotYours
    return assignment


def locked_assignment(rater: Rater, assignment_id: uuid.UUID) -> Assignment:
    return _locked(_own_assignments(rater), assignment_id)


def locked_page(rater: Rater, assignment_id: uuid.UUID) -> Assignment:
    """With its ``unit_ids``, among them ``overall_ids``, and ``withdrawn_ids``: whose attribute was withdrawn after it was shown."""
    units = Unit.objects.filter(task=OuterRef("task")).order_by().values("pk")
    withdrawn = units.filter(attribute__withdrawn_at__isnull=False)
    overall = units.filter(attribute__isnull=True, instruction="")
    page = _own_assignments(rater).annotate(
        unit_ids=ArraySubquery(units), withdrawn_ids=ArraySubquery(withdrawn), overall_ids=ArraySubquery(overall)
    )
    return _locked(page, assignment_id)


def study_runs(stage: Stage) -> bool:
    return stage.study.state == StudyState.ACTIVE and stage.study.deleted_at is None


def refuse_unless_open(stage: Stage) -> None:
    if stage.state != StageState.OPEN or not study_runs(stage):
        raise StageNotOpen
