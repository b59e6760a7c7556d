"""A rater learns a stage: practises on its practice tasks, then shows in a check that the guidelines were understood."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from conversations.models import Guidelines
from judgments.authoring.reads import questions
from judgments.blinding import personalized_left
from judgments.enums import Outcome, TaskKind
from judgments.models import Assignment, ComprehensionTry, Question, Task
from judgments.rating.lessons import practice_left
from judgments.stages import behaviour
from judgments.work.claiming import lock_queue
from judgments.work.rules import take_down_rules
from raters.enums import EnrolmentOutcome
from raters.models import Admission
from raters.services.arrivals import current_arrival, end_arrival

TRIES = 2


class NoTriesLeft(Exception):
    """The rater has passed or failed the check already."""


class QuestionsChanged(Exception):
    """Not every question that is asked now was answered."""


@transaction.atomic
def next_practice(*, admission: Admission, now: datetime) -> Assignment | None:
    """The page of the tutorial the rater is at, or the next one. None once all are done, which is then noted.

    It takes no slot, and counts for no quota: those are for pages that are judged for the study.
    """
    rater, stage = admission.enrolment.rater, admission.stage
    if lock_queue(rater=rater, stage=stage, now=now) is None:
        return None
    left = list(practice_left(admission))
    if not left:
        if admission.practised_at is None:
            admission.practised_at = now
            admission.save(update_fields=["practised_at"])
        return None
    open_page = Assignment.objects.filter(rater=rater, stage=stage, outcome="").select_related("task").first()
    if open_page is None:
        return _assign(admission, left[0], now)
    if open_page.task in left:
        return open_page
    if open_page.task.kind != TaskKind.PRACTICE:
        return None  # who has begun to judge goes on with that
    Assignment.objects.filter(pk=open_page.pk).update(outcome=Outcome.RETURNED, submitted_at=now)
    return _assign(admission, left[0], now)


def _assign(admission: Admission, task: Task, now: datetime) -> Assignment:
    rater, stage = admission.enrolment.rater, admission.stage
    side = None
    if behaviour(stage.number).has_sides:
        # Keyed by the task, not drawn from the rater's blocks: those stay balanced over what counts.
        side = personalized_left(key=bytes(stage.study.key), rater_id=-rater.pk, ordinal=task.pk)
    return Assignment.objects.create(
        task=task,
        stage=stage,
        rater=rater,
        conflict_key=task.conflict_key,
        personalized_left=side,
        guidelines=Guidelines.objects.filter(stage=stage).first(),
        rules_id=take_down_rules(stage=stage, now=now),
        started_at=now,
    )


@transaction.atomic
def answer_check(*, admission: Admission, number: int, answers: Mapping[int, int], now: datetime) -> ComprehensionTry:
    """Take the rater's try ``number``: question id -> index of the choice. The same try again changes nothing.

    All right passes. A second failure ends the rater's part in this stage and their arrival, with an outcome that asks
    them to return their place and is never a rejection.

    Raises:
        NoTriesLeft, QuestionsChanged.
    """
    locked = Admission.objects.select_for_update(of=("self",)).select_related("enrolment", "stage").get(pk=admission.pk)
    if taken := ComprehensionTry.objects.filter(admission=locked, number=number).first():
        return taken
    if locked.comprehended_at is not None or locked.comprehension_tries >= TRIES:
        raise NoTriesLeft
    asked = list(questions(locked.stage))
    if not asked or {question.pk for question in asked} - answers.keys():
        raise QuestionsChanged
    passed = all(answers[question.pk] == question.answer for question in asked)
    return _count(locked, asked, answers, passed=passed, now=now)


def _count(
    admission: Admission, asked: list[Question], answers: Mapping[int, int], *, passed: bool, now: datetime
) -> ComprehensionTry:
    admission.comprehension_tries += 1
    if passed:
        admission.comprehended_at = now
    elif admission.comprehension_tries >= TRIES:
        admission.outcome = EnrolmentOutcome.FAILED_COMPREHENSION
        if arrival := current_arrival(enrolment=admission.enrolment, stage=admission.stage):
            end_arrival(arrival=arrival, outcome=EnrolmentOutcome.FAILED_COMPREHENSION, now=now)
    admission.save(update_fields=["comprehension_tries", "comprehended_at", "outcome"])
    return ComprehensionTry.objects.create(
        admission=admission,
        number=admission.comprehension_tries,
        answers={str(question.pk): answers[question.pk] for question in asked},
        passed=passed,
        tried_at=now,
    )
