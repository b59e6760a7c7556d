"""Whose reports may be put beside a study's."""

from django.db.models import QuerySet

from accounts.models import User
from conversations.models import Study
from conversations.permissions import READ


def other_studies(study: Study, user: User) -> QuerySet[Study]:
    """Those whose reports this user may put beside the study's."""
    readable = Study.objects.filter(memberships__user=user, memberships__role__in=READ, deleted_at__isnull=True)
    return readable.exclude(pk=study.pk).order_by("-id")
