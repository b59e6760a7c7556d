"""Raters come into a study: they enrol, consent, and are let into its stages."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max

from accounts.models import User
from conversations.models import ConsentText, Study
from raters.enums import RaterKind
from raters.models import Admission, Enrolment, EntryLink, Rater


class LinkClosed(Exception):
    """The entry link was closed, or as many raters came as it admits."""


class ConsentMissing(Exception):
    """The study asks for consent and the rater did not give it to the text in force."""


def consent_in_force(study: Study) -> ConsentText | None:
    return study.consent_texts.order_by("-version").first()


@transaction.atomic
def enrol(
    *,
    link: EntryLink,
    rater: Rater | None,
    consent: ConsentText | None,
    now: datetime,
    user: User | None = None,
) -> Enrolment:
    """Admit a human to the link's stage. The same rater arriving again keeps their one enrolment.

    Raises:
        LinkClosed: the link admits nobody any more (raters who are in already may still come back by it).
        ConsentMissing: ``consent`` is not the text in force.
    """
    study = Study.objects.select_for_update().get(pk=link.stage.study_id)  # numbers and places are given in turn
    enrolment = Enrolment.objects.filter(study=study, rater=rater).first() if rater else None
    admitted = enrolment is not None and Admission.objects.filter(enrolment=enrolment, stage=link.stage).exists()
    if not admitted:
        _refuse_when_full(link)
    if consent != consent_in_force(study):
        raise ConsentMissing
    if enrolment is None:
        enrolment = _first_enrolment(study=study, link=link, rater=rater, user=user)
    if consent is not None and enrolment.consent_id != consent.pk:
        enrolment.consent, enrolment.consented_at = consent, now
        enrolment.save(update_fields=["consent", "consented_at"])
    Admission.objects.get_or_create(enrolment=enrolment, stage=link.stage, defaults={"entry_link": link})
    return enrolment


def _refuse_when_full(link: EntryLink) -> None:
    arrived = Admission.objects.filter(entry_link=link).count()
    if link.closed_at is not None or (link.max_raters is not None and arrived >= link.max_raters):
        raise LinkClosed


def _first_enrolment(*, study: Study, link: EntryLink, rater: Rater | None, user: User | None) -> Enrolment:
    number = (Enrolment.objects.filter(study=study).aggregate(last=Max("number"))["last"] or 0) + 1
    if rater is None:
        rater = Rater.objects.create(kind=RaterKind.HUMAN, name=f"Rater {number} of {study.slug}", user=user)
    return Enrolment.objects.create(rater=rater, study=study, entry_link=link, number=number)


@transaction.atomic
def enrol_model(*, study: Study, name: str, kind: RaterKind) -> Rater:
    """The model or panel of this name in this study, enrolled at its first use."""
    Study.objects.select_for_update().get(pk=study.pk)
    rater = Rater.objects.filter(kind=kind, name=name, enrolments__study=study).first()
    if rater is None:
        rater = Rater.objects.create(kind=kind, name=name)
        number = (Enrolment.objects.filter(study=study).aggregate(last=Max("number"))["last"] or 0) + 1
        Enrolment.objects.create(rater=rater, study=study, number=number)
    return rater
