"""Reads about cases."""

from django.db.models import Count, QuerySet

from conversations.models import Case, Study


def cases_of(study: Study, *, search: str = "") -> QuerySet[Case]:
    """Cases with their subject and prompt, and the numbers of their responses; search in the prompt's text."""
    found = Case.objects.filter(subject__study=study).select_related("subject", "prompt")
    if search:
        found = found.filter(prompt__text__icontains=search)
    return found.annotate(responses_count=Count("responses"))
