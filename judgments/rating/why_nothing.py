"""Why a rater gets no page now: the rules of ``judgments/eligibility`` in the order in which the claim meets them."""

from dataclasses import dataclass
from datetime import datetime

from conversations.models import Stage
from judgments.eligibility.quotas import claims_of, why_held_back
from judgments.eligibility.reasons import Nothing
from judgments.eligibility.regular_tasks import TasksLeft, tasks_left
from judgments.eligibility.special_tasks import gold_pages, repeats, twins
from judgments.eligibility.standing import latest_arrival, why_no_work
from judgments.enums import Special, TaskKind
from judgments.rating.lessons import lessons
from judgments.work.claiming import special_due
from judgments.work.qualifying import qualifies
from raters.models import Admission, Enrolment, Rater


@dataclass(frozen=True, slots=True)
class WhyNothing:
    reason: Nothing | None  # None: the rater does get a page
    tasks: TasksLeft | None = None  # counted only where nothing before the tasks was the reason


def why_nothing(*, rater: Rater, stage: Stage, now: datetime) -> WhyNothing:
    """The first reason, in the order in which the rater would meet them."""
    admission = Admission.objects.select_related("enrolment__rater").filter(enrolment__rater=rater, stage=stage).first()
    if admission is None:
        return WhyNothing(Nothing.NOT_ADMITTED)
    arrival = latest_arrival(enrolment=admission.enrolment, stage=stage)
    reason = why_no_work(admission, stage, arrival) or _of_gates(admission) or why_held_back(rater, stage, arrival)
    return WhyNothing(reason) if reason else _of_tasks(admission.enrolment, stage, now)


def _of_gates(admission: Admission) -> Nothing | None:
    due = lessons(admission)
    if due.practice:
        return Nothing.PRACTICE
    return Nothing.COMPREHENSION if due.questions else None


def _of_tasks(enrolment: Enrolment, stage: Stage, now: datetime) -> WhyNothing:
    special = _of_special_pages(enrolment, stage)
    if special is not None:
        return special
    tasks = tasks_left(enrolment=enrolment, stage=stage, now=now)
    if tasks.free:
        return WhyNothing(None, tasks)
    if tasks.with_others:
        return WhyNothing(Nothing.LEASED, tasks)
    reasons = {
        Nothing.MET: tasks.met,
        Nothing.CONFLICT: tasks.conflict,
        Nothing.LANGUAGE: tasks.language,
        Nothing.FLAGGED: tasks.flagged,
    }
    most = max(reasons, key=lambda reason: reasons[reason])
    return WhyNothing(most if reasons[most] else Nothing.NOTHING_LEFT, tasks)


def _of_special_pages(enrolment: Enrolment, stage: Stage) -> WhyNothing | None:
    """What gold, attention checks and repeats alone decide; None where it is for the regular tasks to say."""
    unqualified = Admission.objects.filter(enrolment=enrolment, stage=stage, qualified_at__isnull=True)
    if stage.qualification_tasks and unqualified.exists():
        return _of_qualification(enrolment, stage)
    special = special_due(rater=enrolment.rater, stage=stage, claims=claims_of(enrolment.rater, stage))
    if special is None:
        return None
    pages = repeats(enrolment, stage) if special == Special.REPEAT else twins(enrolment, stage, TaskKind(special))
    return WhyNothing(None) if pages.exists() else None


def _of_qualification(enrolment: Enrolment, stage: Stage) -> WhyNothing | None:
    """None: with their gold pages the rater qualifies at their next claim, and gets a regular page then."""
    rater = enrolment.rater
    if gold_pages(rater, stage) < stage.qualification_tasks and twins(enrolment, stage, TaskKind.GOLD).exists():
        return WhyNothing(None)
    passed = qualifies(rater=rater, stage=stage)
    if passed is None:
        return WhyNothing(Nothing.QUALIFICATION)
    return None if passed else WhyNothing(Nothing.SCREENED_OUT)
