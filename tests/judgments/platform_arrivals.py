"""Arrivals that a crowd platform sent."""

from datetime import datetime, timedelta

from judgments.models import Assignment
from raters.models import Arrival, Enrolment, EntryLink, Rater


def arrived(link: EntryLink, number: int, outcome: str, *, now: datetime, minutes: int = 0) -> Arrival:
    """One that ended so, with one page of so many active minutes if any."""
    study = link.stage.study
    rater = Rater.objects.create(kind="human", name=f"rater {number}")
    enrolment = Enrolment.objects.create(
        rater=rater, study=study, number=number, entry_link=link, platform="prolific", external_id=f"person-{number}"
    )
    arrival = Arrival.objects.create(
        enrolment=enrolment,
        stage=link.stage,
        entry_link=link,
        session_id=f"submission-{number}",
        arrived_at=now,
        outcome=outcome,
    )
    if minutes:
        Assignment.objects.create(
            task=link.stage.tasks.earliest("id"),
            stage=link.stage,
            rater=rater,
            arrival=arrival,
            started_at=now,
            submitted_at=now + timedelta(minutes=minutes),
            active_ms=minutes * 60_000,
            outcome="submitted",
        )
    return arrival
