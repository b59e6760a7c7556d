"""What happened with one rater, and the pay sheet of all."""

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from judgments.models import Assignment, Judgment
from judgments.work.pay import paid_milliseconds
from raters.models import Arrival, Enrolment

# Not as a join: all pages would be grouped for the few that are shown, and to count them.
_labels = (
    Judgment.objects.filter(assignment=OuterRef("pk")).values("assignment").annotate(Count("pk")).values("pk__count")
)


def pages_of(enrolment: Enrolment) -> QuerySet[Assignment]:
    """All pages the rater was given in the study, newest first, with the number of their judgments. No labels."""
    return (
        Assignment.objects.filter(rater=enrolment.rater_id, stage__study=enrolment.study_id)
        .select_related("task", "stage")
        .defer("draft", "missing_attributes", "comment")
        .annotate(labels=Coalesce(Subquery(_labels), 0))
        .order_by("-started_at", "-pk")
    )


def worked_seconds(page: Assignment) -> int:
    """As it is paid."""
    return round(paid_milliseconds(page) / 1000)


def arrivals_of(enrolment: Enrolment) -> QuerySet[Arrival]:
    return (
        Arrival.objects.filter(enrolment=enrolment).select_related("stage", "entry_link").order_by("-arrived_at", "-pk")
    )
