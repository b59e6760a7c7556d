"""What those who run a study do to one rater's work, and what it would do before they do it."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from accounts.models import User
from accounts.refusals import Refusal
from accounts.services import record
from conversations.enums import WithdrawalPolicy
from conversations.models import Stage, Study
from judgments.eligibility.slots import open_slots, unattended
from judgments.enums import Outcome, TaskKind
from judgments.models import Assignment, Judgment, Slot
from judgments.work.claiming import wait_for_rater
from judgments.work.excluding import include_judgments
from judgments.work.leases import FREED
from raters.enums import EnrolmentOutcome
from raters.models import Enrolment


class InclusionRefused(Refusal):
    """The rater withdrew, and the study promised to leave out what they judged."""


@dataclass(frozen=True, slots=True)
class ExclusionEffect:
    judgments: int  # that are left out of every figure
    slots: int  # that open again, for others


@dataclass(frozen=True, slots=True)
class InclusionEffect:
    judgments: int  # that count or are shown as surplus again
    slots: int  # free ones that their pages fill again
    surplus: int  # pages that others have replaced meanwhile


def effect_of_excluding(*, rater_id: int, stage: Stage) -> ExclusionEffect:
    mine = Judgment.objects.filter(rater=rater_id, unit__task__stage=stage, excluded_at__isnull=True)
    filled = Slot.objects.filter(
        stage=stage, assignment__rater=rater_id, filled_at__isnull=False, task__withdrawn_at__isnull=True
    )
    return ExclusionEffect(mine.count(), filled.count())


def effect_of_including(*, rater_id: int, stage: Stage, now: datetime) -> InclusionEffect:
    """As it is now: others may take the slots before it is done."""
    mine = Judgment.objects.filter(rater=rater_id, unit__task__stage=stage, excluded_at__isnull=False)
    free = open_slots().filter(unattended(now), task=OuterRef("task"))
    pages = Assignment.objects.filter(
        rater=rater_id,
        stage=stage,
        outcome=Outcome.SUBMITTED,
        presentation=0,
        slot__isnull=True,
        task__kind=TaskKind.REGULAR,
    )
    refilled = pages.filter(Exists(free)).count()
    return InclusionEffect(mine.count(), refilled, pages.count() - refilled)


@transaction.atomic
def release_leases(*, enrolment: Enrolment, actor: User) -> int:
    """Others may take what the rater holds. Their drafts stay, and they get the page back if it is free when they return."""
    wait_for_rater(enrolment)
    held = Slot.objects.filter(
        stage__study=enrolment.study_id, assignment__rater=enrolment.rater_id, filled_at__isnull=True
    )
    released = held.update(**FREED)
    record(
        actor=actor,
        action="judgments.release",
        study_id=enrolment.study_id,
        target=str(enrolment),
        details={"rater": enrolment.rater_id, "slots": released},
    )
    return released


def include_again(*, enrolment: Enrolment, stage: Stage, actor: User, now: datetime) -> int:
    """Undo an exclusion. Raises InclusionRefused."""
    if may_not_return(enrolment):
        raise InclusionRefused(f"{enrolment} withdrew, and the study promised to leave out what they judged.")
    return include_judgments(rater=enrolment.rater, stage=stage, actor=actor, now=now)


def may_not_return(enrolment: Enrolment) -> bool:
    left_out = enrolment.study.withdrawal_policy == WithdrawalPolicy.EXCLUDE
    return left_out and enrolment.outcome == EnrolmentOutcome.WITHDREW


def record_pay_download(*, study: Study, actor: User, raters: int) -> None:
    """Somebody took the platform ids out of the product: the log says who and when."""
    record(actor=actor, action="raters.pay_download", study_id=study.pk, target="pay", details={"raters": raters})
