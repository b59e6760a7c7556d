"""A rater gets no pages for now, and goes on later."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from accounts.services import record
from raters.models import Enrolment


@transaction.atomic
def pause_rater(*, enrolment: Enrolment, actor: User, now: datetime) -> bool:
    """What they have at hand they can still submit. False if they were paused already; the first time stays."""
    if not Enrolment.objects.filter(pk=enrolment.pk, paused_at__isnull=True).update(paused_at=now):
        return False
    _record("enrolment.pause", enrolment, actor)
    return True


@transaction.atomic
def let_go_on(*, enrolment: Enrolment, actor: User) -> bool:
    """False if they were not paused."""
    if not Enrolment.objects.filter(pk=enrolment.pk, paused_at__isnull=False).update(paused_at=None):
        return False
    _record("enrolment.let_go_on", enrolment, actor)
    return True


def _record(action: str, enrolment: Enrolment, actor: User) -> None:
    record(
        actor=actor,
        action=action,
        study_id=enrolment.study_id,
        target=str(enrolment),
        details={"rater": enrolment.rater_id},
    )
