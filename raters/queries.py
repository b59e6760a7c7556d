"""Reads about raters."""

from django.db.models import Count, QuerySet

from conversations.models import Stage, Study
from raters.models import Enrolment, EntryLink, Rater


def entry_links_of(study: Study) -> QuerySet[EntryLink]:
    """The study's entry links, newest stage last, each with how many raters came by it (``arrived``)."""
    return (
        EntryLink.objects.filter(stage__study=study)
        .select_related("stage")
        .annotate(arrived=Count("admissions"))
        .order_by("stage__number", "id")
    )


def entry_link_for(token: str) -> EntryLink | None:
    """The link of a study that still exists, with its stage and study."""
    return (
        EntryLink.objects.select_related("stage__study")
        .filter(token=token, stage__study__deleted_at__isnull=True)
        .first()
    )


def enrolment_of(*, study: Study, rater_id: int) -> Enrolment | None:
    return Enrolment.objects.select_related("rater", "consent").filter(study=study, rater_id=rater_id).first()


def stages_open_to(enrolment: Enrolment) -> QuerySet[Stage]:
    """The stages this rater was let into, in order."""
    return Stage.objects.filter(admissions__enrolment=enrolment).order_by("number")


def rater_of_user(*, user_id: int) -> Rater | None:
    return Rater.objects.filter(user_id=user_id).first()
