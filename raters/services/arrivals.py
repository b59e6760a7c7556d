"""Arrivals of raters by entry links: they begin, go on and end."""

from datetime import datetime

from conversations.models import Stage
from raters.enums import EnrolmentOutcome
from raters.incoming import Incoming
from raters.models import Arrival, Enrolment, EntryLink


class SessionOfAnother(Exception):
    """The platform's session is that of another person."""


def begin_arrival(*, enrolment: Enrolment, link: EntryLink, incoming: Incoming | None, now: datetime) -> Arrival:
    """The arrival of a platform's session, or a new one by a link without sessions.

    Who had returned an earlier session of theirs and comes with a new one is welcome again.

    Raises SessionOfAnother.
    """
    made = {
        "enrolment": enrolment,
        "stage": link.stage,
        "signed": incoming is not None and incoming.signed,
        "arrived_at": now,
    }
    if incoming is None or not incoming.session:
        if (going_on := current_arrival(enrolment=enrolment, stage=link.stage)) and incoming is not None:
            return going_on
        return Arrival.objects.create(entry_link=link, **made)
    arrival, is_new = Arrival.objects.get_or_create(entry_link=link, session_id=incoming.session, defaults=made)
    if arrival.enrolment_id != enrolment.pk:
        raise SessionOfAnother
    if is_new:
        returned = Enrolment.objects.filter(pk=enrolment.pk, outcome=EnrolmentOutcome.RETURNED)
        returned.update(outcome="")
    return arrival


def current_arrival(*, enrolment: Enrolment, stage: Stage) -> Arrival | None:
    """The rater's latest arrival to the stage, unless it has ended."""
    latest = Arrival.objects.filter(enrolment=enrolment, stage=stage).order_by("-arrived_at").first()
    return latest if latest is not None and not latest.outcome else None


def end_arrival(*, arrival: Arrival, outcome: EnrolmentOutcome, now: datetime) -> None:
    """The first outcome of an arrival stays."""
    Arrival.objects.filter(pk=arrival.pk, outcome="").update(outcome=outcome, ended_at=now)
