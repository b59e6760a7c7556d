"""After a rater's first pages, which were gold: do they go on?"""

from datetime import datetime

from conversations.models import Stage
from judgments.eligibility.special_tasks import gold_pages
from judgments.enums import TaskKind
from judgments.models import Task
from judgments.work.gold_agreement import gold_agreement
from raters.enums import EnrolmentOutcome
from raters.models import Admission, Rater
from raters.services.arrivals import current_arrival, end_arrival


def decide(*, rater: Rater, stage: Stage, now: datetime) -> bool:
    """Whether the rater's agreement with gold reaches the stage's threshold. Who fails is screened out of the stage.

    What they judged stays and is paid; the arrival ends with the code for being screened out. Before they judged the gold
    pages that the stage asks for, nothing is decided and they do not go on.
    """
    qualified = qualifies(rater=rater, stage=stage)
    if qualified is None:
        return False
    admission = Admission.objects.select_related("enrolment").get(enrolment__rater=rater, stage=stage)
    if qualified:
        Admission.objects.filter(pk=admission.pk).update(qualified_at=now)
        return True
    Admission.objects.filter(pk=admission.pk).update(outcome=EnrolmentOutcome.SCREENED_OUT)
    if arrival := current_arrival(enrolment=admission.enrolment, stage=stage):
        end_arrival(arrival=arrival, outcome=EnrolmentOutcome.SCREENED_OUT, now=now)
    return False


def qualifies(*, rater: Rater, stage: Stage) -> bool | None:
    """By the gold pages they judged; None before these are as many as the stage asks for."""
    if gold_pages(rater, stage) < _wanted(stage):
        return None
    right, total = gold_agreement(stage=stage, rater_ids=[rater.pk]).get(rater.pk, (0, 0))
    return 100 * right >= stage.qualification_threshold * total


def _wanted(stage: Stage) -> int:
    """Gold may have been retired since the stage was opened; without any, nobody qualifies."""
    there = Task.objects.filter(stage=stage, kind=TaskKind.GOLD, withdrawn_at__isnull=True).count()
    return max(1, min(stage.qualification_tasks, there))
