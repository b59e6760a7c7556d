"""Raters who worked a while, and how they came."""

from datetime import timedelta

from django.utils import timezone

from conversations.models import Study
from judgments.models import Assignment
from raters.enums import Platform
from raters.models import Arrival, Enrolment, EntryLink


def worked_a_minute_each() -> None:
    for page in Assignment.objects.exclude(outcome=""):
        Assignment.objects.filter(pk=page.pk).update(
            started_at=timezone.now() - timedelta(minutes=5), submitted_at=timezone.now(), active_ms=60_000
        )


def come_by_prolific(study: Study, **codes: str) -> Arrival:
    """The rater's arrival is one that a crowd platform pays for."""
    stage = study.stages.get(number=1)
    link = EntryLink.objects.create(
        stage=stage, label="crowd", platform=Platform.PROLIFIC, person_parameter="PROLIFIC_PID"
    )
    for outcome, code in codes.items():
        link.completion_codes.create(outcome=outcome, code=code)
    enrolment = Enrolment.objects.get(study=study)
    arrived = timezone.now() - timedelta(hours=1)
    Arrival.objects.filter(enrolment=enrolment).delete()
    made = Arrival.objects.create(enrolment=enrolment, stage=stage, entry_link=link, arrived_at=arrived)
    Assignment.objects.filter(rater=enrolment.rater).update(arrival=made)
    return made
