"""Visits of raters by entry links: which one is going on, and how it ended."""

from datetime import datetime

from conversations.models import Stage
from raters.enums import EnrolmentOutcome
from raters.models import Arrival, Enrolment


def current_arrival(*, enrolment: Enrolment, stage: Stage) -> Arrival | None:
    """The rater's latest visit to the stage, unless it has ended."""
    latest = Arrival.objects.filter(enrolment=enrolment, stage=stage).order_by("-arrived_at").first()
    return latest if latest is not None and not latest.outcome else None


def end_arrival(*, arrival: Arrival, outcome: EnrolmentOutcome, now: datetime) -> None:
    """The first outcome of a visit stays."""
    Arrival.objects.filter(pk=arrival.pk, outcome="").update(outcome=outcome, ended_at=now)
