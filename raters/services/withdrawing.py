"""A rater takes back their consent to a study."""

from datetime import datetime

from django.db import transaction

from accounts.services import record
from raters.enums import EnrolmentOutcome
from raters.models import Arrival, Enrolment
from raters.services.arrivals import end_arrival


@transaction.atomic
def withdraw_enrolment(*, enrolment: Enrolment, now: datetime) -> bool:
    """They get no pages any more, and their arrivals end. False if they had withdrawn before."""
    standing = Enrolment.objects.filter(pk=enrolment.pk).exclude(outcome=EnrolmentOutcome.WITHDREW)
    if not standing.update(outcome=EnrolmentOutcome.WITHDREW):
        return False
    enrolment.outcome = EnrolmentOutcome.WITHDREW
    for arrival in Arrival.objects.filter(enrolment=enrolment, outcome=""):
        end_arrival(arrival=arrival, outcome=EnrolmentOutcome.WITHDREW, now=now)
    record(
        actor=None,
        action="enrolment.withdraw",
        study_id=enrolment.study_id,
        target=str(enrolment),
        details={"rater": enrolment.rater_id, "policy": enrolment.study.withdrawal_policy},
    )
    return True
