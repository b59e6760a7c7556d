"""Reads about studies."""

from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import User
from conversations.models import Attribute, Case, Comparison, Conversation, Membership, Prompt, Study, Subject


def studies_of(user: User) -> QuerySet[Study]:
    """The user's studies, newest first, each with the user's ``role`` and its number of ``subjects``."""
    role = Membership.objects.filter(study=OuterRef("pk"), user=user).values("role")
    subjects = (
        Subject.objects.filter(study=OuterRef("pk")).order_by().values("study").annotate(n=Count("*")).values("n")
    )
    return (
        Study.objects.filter(memberships__user=user, deleted_at__isnull=True)
        .annotate(role=Subquery(role), subjects_count=Coalesce(Subquery(subjects), 0))
        .prefetch_related("stages")
        .order_by("-id")
    )


def deleted_studies_of(user: User) -> QuerySet[Study]:
    """Studies the user owns and deleted: they can be restored."""
    return Study.objects.filter(memberships__user=user, memberships__role="owner", deleted_at__isnull=False).order_by(
        "-deleted_at"
    )


def material_counts(study: Study) -> dict[str, int]:
    """How much there is to judge, withdrawn material left out."""
    of_study = {"subject__study": study, "withdrawn_at__isnull": True}
    return {
        "subjects": Subject.objects.filter(study=study, withdrawn_at__isnull=True).count(),
        "conversations": Conversation.objects.filter(**of_study).count(),
        "attributes": Attribute.objects.filter(**of_study).count(),
        "prompts": Prompt.objects.filter(study=study, withdrawn_at__isnull=True).count(),
        "cases": Case.objects.filter(subject__study=study).count(),
        "comparisons": Comparison.objects.filter(
            case__subject__study=study, control="", withdrawn_at__isnull=True
        ).count(),
    }


def origins(study: Study) -> list[tuple[str, int]]:
    """How many subjects are of which origin: shown wherever results are."""
    counted = Subject.objects.filter(study=study).order_by().values(name=F("origin")).annotate(n=Count("*"))
    return [(row["name"], row["n"]) for row in counted]
