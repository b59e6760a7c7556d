"""Raters leave: an arrival ends, or somebody withdraws from the study."""

from datetime import datetime

from django.db import transaction

from conversations.enums import WithdrawalPolicy
from judgments.enums import ExclusionReason, Outcome
from judgments.models import Assignment, Judgment, Slot
from judgments.rating.ending import outcome_if_ended_now
from judgments.work.claiming import wait_for_rater
from judgments.work.excluding import exclude_judgments
from judgments.work.leases import FREED
from raters.enums import EnrolmentOutcome
from raters.models import Arrival, Enrolment
from raters.services.arrivals import end_arrival
from raters.services.withdrawing import withdraw_enrolment


@transaction.atomic
def end_own_arrival(*, arrival: Arrival, now: datetime) -> EnrolmentOutcome:
    """The rater is done with this arrival: others may take the page at hand. What ended stays ended as it did."""
    wait_for_rater(arrival.enrolment)
    arrival.refresh_from_db(fields=["outcome"])
    outcome = outcome_if_ended_now(arrival=arrival, now=now)
    Slot.objects.filter(
        stage=arrival.stage_id, assignment__rater=arrival.enrolment.rater_id, filled_at__isnull=True
    ).update(**FREED)
    end_arrival(arrival=arrival, outcome=outcome, now=now)
    return outcome


@transaction.atomic
def withdraw(*, enrolment: Enrolment, now: datetime) -> bool:
    """The rater takes their consent back. What was judged stays or is left out, as the study says; all of it is paid.

    False if they had withdrawn before; then nothing changes.
    """
    wait_for_rater(enrolment)
    if not withdraw_enrolment(enrolment=enrolment, now=now):
        return False
    mine = {"stage__study": enrolment.study_id}
    # The page first, then its slot: the order in which a draft or an answer takes them.
    Assignment.objects.filter(rater=enrolment.rater_id, outcome="", **mine).update(
        outcome=Outcome.RETURNED, submitted_at=now
    )
    Slot.objects.filter(assignment__rater=enrolment.rater_id, filled_at__isnull=True, **mine).update(**FREED)
    if enrolment.study.withdrawal_policy == WithdrawalPolicy.EXCLUDE:
        _exclude_all(enrolment, now)
    return True


def _exclude_all(enrolment: Enrolment, now: datetime) -> None:
    rater = enrolment.rater
    judged = Judgment.objects.filter(rater=rater, excluded_at__isnull=True).order_by()
    numbers = set(judged.filter(unit__task__stage__study=enrolment.study_id).values_list("stage_number", flat=True))
    for stage in enrolment.study.stages.filter(number__in=numbers):
        exclude_judgments(rater=rater, stage=stage, reason=ExclusionReason.WITHDREW, actor=None, now=now)
