"""Whose reports may be put beside a study's; what is there to be judged."""

from dataclasses import dataclass

from django.db.models import Count, QuerySet

from accounts.models import User
from conversations.models import Comparison, Study
from conversations.permissions import READ


def other_studies(study: Study, user: User) -> QuerySet[Study]:
    """Those whose reports this user may put beside the study's."""
    readable = Study.objects.filter(memberships__user=user, memberships__role__in=READ, deleted_at__isnull=True)
    return readable.exclude(pk=study.pk).order_by("-id")


@dataclass(frozen=True, slots=True)
class PlannedComparisons:
    """What raters of stage 3 would be asked about, of one arm; ties that nobody is shown are not among them."""

    subjects: int
    prompts: int
    comparisons: int


def planned_comparisons(study: Study) -> PlannedComparisons:
    """Of several arms, as many as one has on average."""
    asked = Comparison.objects.filter(
        case__subject__study=study, case__for_controls=False, control="", withdrawn_at=None, identical=False
    )
    found = asked.aggregate(
        subjects=Count("case__subject", distinct=True),
        prompts=Count("case__prompt", distinct=True),
        arms=Count("arm", distinct=True),
        comparisons=Count("id"),
    )
    arms = found.pop("arms") or 1
    return PlannedComparisons(**{**found, "comparisons": found["comparisons"] // arms})
