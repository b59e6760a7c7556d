"""Raters come into a study: they enrol, consent, and are let into its stages."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from accounts.models import User
from conversations.models import ConsentText, Study
from conversations.queries.wordings import consent_in
from raters.enums import EnrolmentOutcome, RaterKind
from raters.incoming import Incoming
from raters.models import Admission, Enrolment, EntryLink, Rater
from raters.services.arrivals import SessionOfAnother, begin_arrival

__all__ = ["SessionOfAnother", "enrol", "enrol_model"]


class LinkClosed(Exception):
    """The entry link was closed, or as many raters came as it admits."""


class ConsentMissing(Exception):
    """The study asks for consent and the rater did not give it to the text in force."""


class InAnotherPanel(Exception):
    """The study's stages have raters of their own, and this one takes part in another."""


class HasWithdrawn(Exception):
    """The rater took back their consent to the study."""


@dataclass(frozen=True, slots=True)
class Declared:
    """What raters say about themselves before they start, where the study asks."""

    languages: Sequence[str] = field(default=())
    avoids_flagged: bool = False


def consent_in_force(study: Study) -> ConsentText | None:
    return study.consent_texts.order_by("-version").first()


def consent_hash(text: str) -> str:
    """SHA-256 in hexadecimal: shows later that it is the text that was agreed to."""
    return hashlib.sha256(text.encode()).hexdigest()


@transaction.atomic
def enrol(
    *,
    link: EntryLink,
    rater: Rater | None,
    consent: ConsentText | None,
    now: datetime,
    language: str = "",
    user: User | None = None,
    incoming: Incoming | None = None,
    declared: Declared | None = None,
) -> Enrolment:
    """Admit a human to the link's stage and begin their arrival. The same person arriving again keeps one enrolment.

    ``incoming`` is who the link's platform says has arrived; it goes before who is known at this browser.
    ``language`` is that of the page; whether the consent text is read in it is kept with the consent.

    Raises:
        LinkClosed: the link admits nobody any more (raters who are in already may still come back by it).
        ConsentMissing: ``consent`` is not the text in force.
        InAnotherPanel, HasWithdrawn, SessionOfAnother.
    """
    study = Study.objects.select_for_update().get(pk=link.stage.study_id)  # numbers and places are given in turn
    enrolment = _known(link, rater, incoming)
    _refuse_unless_welcome(link, study, enrolment)
    if consent != consent_in_force(study):
        raise ConsentMissing
    if enrolment is None:
        enrolment = _first_enrolment(study=study, link=link, rater=rater, user=user, incoming=incoming)
    if consent is not None and enrolment.consent_id != consent.pk:
        _take_consent(enrolment, consent, language, now)
    if declared is not None:
        enrolment.languages, enrolment.avoids_flagged = list(declared.languages), declared.avoids_flagged
        enrolment.save(update_fields=["languages", "avoids_flagged"])
    Admission.objects.get_or_create(enrolment=enrolment, stage=link.stage, defaults={"entry_link": link})
    begin_arrival(enrolment=enrolment, link=link, incoming=incoming, now=now)
    return enrolment


def _known(link: EntryLink, rater: Rater | None, incoming: Incoming | None) -> Enrolment | None:
    enrolments = Enrolment.objects.filter(study=link.stage.study_id)
    if incoming is not None:
        return enrolments.filter(platform=link.platform, external_id=incoming.person).first()
    return enrolments.filter(rater=rater).first() if rater else None


def _refuse_unless_welcome(link: EntryLink, study: Study, enrolment: Enrolment | None) -> None:
    if enrolment is None:
        return _refuse_when_full(link)
    if enrolment.outcome == EnrolmentOutcome.WITHDREW:
        raise HasWithdrawn
    stages = set(Admission.objects.filter(enrolment=enrolment).values_list("stage_id", flat=True))
    if study.disjoint_panels and stages - {link.stage_id}:
        raise InAnotherPanel
    if link.stage_id not in stages:
        _refuse_when_full(link)
    return None


def _refuse_when_full(link: EntryLink) -> None:
    arrived = Admission.objects.filter(entry_link=link).count()
    if link.closed_at is not None or (link.max_raters is not None and arrived >= link.max_raters):
        raise LinkClosed


def _first_enrolment(
    *, study: Study, link: EntryLink, rater: Rater | None, user: User | None, incoming: Incoming | None
) -> Enrolment:
    number = (Enrolment.objects.filter(study=study).aggregate(last=Max("number"))["last"] or 0) + 1
    if incoming is not None or rater is None:
        name = f"Rater {number} of {study.slug}"
        rater = Rater.objects.create(kind=RaterKind.HUMAN, name=name, user=None if incoming else user)
    of_platform = {"platform": link.platform, "external_id": incoming.person} if incoming else {}
    return Enrolment.objects.create(rater=rater, study=study, entry_link=link, number=number, **of_platform)


def _take_consent(enrolment: Enrolment, consent: ConsentText, language: str, now: datetime) -> None:
    agreed = consent_in(consent, language)
    enrolment.consent, enrolment.consented_at = consent, now
    enrolment.consent_hash, enrolment.consent_language = consent_hash(agreed.text), agreed.language
    enrolment.save(update_fields=["consent", "consented_at", "consent_hash", "consent_language"])


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
