"""Reads about cases."""

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from conversations.enums import COMPARED_KINDS
from conversations.models import Case, Comparison, SilentCase, Study


def cases_of(study: Study, *, search: str = "", arm: int | None = None) -> QuerySet[Case]:
    """Cases with their subject and prompt, and the numbers of their responses, sides of controls left out.

    Search in the prompt's text; ``arm``: those on which it is compared or silent.
    """
    found = Case.objects.filter(subject__study=study).select_related("subject", "prompt")
    if search:
        found = found.filter(prompt__text__icontains=search)
    if arm is not None:
        on_case = {"case": OuterRef("pk"), "arm": arm}
        found = found.filter(
            Exists(Comparison.objects.filter(**on_case)) | Exists(SilentCase.objects.filter(**on_case))
        )
    return found.annotate(responses_count=Count("responses", filter=Q(responses__kind__in=COMPARED_KINDS)))
