"""A rater gets the next task, keeps it while working, or gives it back."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from accounts.statements import one
from conversations.laid_out import renderers
from conversations.models import Stage
from judgments.blinding import personalized_left
from judgments.eligibility.conflicts import one_comparison_a_case
from judgments.eligibility.live import is_live
from judgments.eligibility.specials import shares_of, special_page
from judgments.enums import Outcome, Special, TaskKind
from judgments.models import Assignment, QueuePosition
from judgments.stages import behaviour
from judgments.work import leases
from judgments.work.claim_statement import LOCK_QUEUE, Claim, Reach, claim_statement, qualification_statement
from judgments.work.counted_progress import CountedProgress
from judgments.work.dealing import BEGIN, IN_TURN
from judgments.work.given_pages import given_page, page_in
from judgments.work.qualifying import decide
from judgments.work.rules import note_shown_again
from judgments.work.rules_statement import rules_parameters
from raters.models import Enrolment, Rater


@dataclass(frozen=True, slots=True)
class Queue:
    """A rater's locked place in a stage's queue, and what they bring to the claim."""

    position: int
    claims: int
    sides: int
    begun_before: int | None  # raters; None for who has not begun where arms are dealt
    languages: list[str]  # empty: the rater was not asked
    avoids_flagged: bool
    arrival: int | None
    qualified: bool
    counted: CountedProgress | None = None  # None: it has to be counted
    has_expired: bool = False  # leases in the stage, whoever may take their slots
    avoided: list[int] = field(default_factory=list)  # tasks that are for others


@transaction.atomic
def claim_next(*, rater: Rater, stage: Stage, now: datetime, avoided: Sequence[int] = ()) -> Assignment | None:
    """The task the rater is at, else the next one, with what its page is built from. None if there is none for them or the stage is not open.

    Tasks that are ``avoided`` are not given, even where nothing else is left.
    """
    queue = lock_queue(rater=rater, stage=stage, now=now)
    if queue is not None:
        queue = replace(queue, avoided=list(avoided), counted=None)
    return claim_locked(rater=rater, stage=stage, queue=queue, now=now)


def lock_queue(*, rater: Rater, stage: Stage, now: datetime) -> Queue | None:
    """Two tabs of a rater take turns here. None if the stage gives no work to this rater."""
    row = one(LOCK_QUEUE, {"rater": rater.pk, "stage": stage.pk, "now": now})
    queue = _queue(row, now) if row else None
    if queue is not None and queue.begun_before is None and one_comparison_a_case(stage):
        with connection.cursor() as cursor:
            cursor.execute(IN_TURN, {"stage": stage.pk})
            cursor.execute(BEGIN, {"rater": rater.pk, "stage": stage.pk})
    return queue


def _queue(row: Sequence[Any], now: datetime) -> Queue:
    *known, counted, has_expired = row
    queue, progress = Queue(*known), CountedProgress.stored(counted)
    standing = progress and progress.standing(claims=queue.claims, now=now)
    return replace(queue, counted=standing, has_expired=has_expired)


def wait_for_rater(enrolment: Enrolment) -> None:
    """A submit or claim of this rater holds their place in a queue of the study: it ends first."""
    places = QueuePosition.objects.filter(rater=enrolment.rater_id, stage__study=enrolment.study_id)
    list(places.select_for_update().order_by("pk").values_list("pk"))


def claim_locked(*, rater: Rater, stage: Stage, queue: Queue | None, now: datetime) -> Assignment | None:
    """``claim_next`` for who has locked the queue in this transaction already.

    What the ``queue`` has counted is what is true once a page was given; it is written down with it.
    """
    if queue is None:
        return None
    if not queue.qualified:
        return _claim_for_qualification(rater, stage, queue, now)
    special = special_due(rater=rater, stage=stage, claims=queue.claims)
    return _claim(rater, stage, queue, now, special=special) or _resume(rater, stage, queue, now)


def _claim_for_qualification(rater: Rater, stage: Stage, queue: Queue, now: datetime) -> Assignment | None:
    """A gold page until enough of them are judged; then the rater goes on to the regular ones, or is screened out."""
    parameters = claim_parameters(rater, stage, queue, now) | {"special": Special.GOLD}
    gold = _claimed(qualification_statement(stage=stage), parameters, stage)
    if gold := gold or _resume(rater, stage, queue, now):
        return gold
    return _claim(rater, stage, queue, now, special=None) if decide(rater=rater, stage=stage, now=now) else None


def special_due(*, rater: Rater, stage: Stage, claims: int) -> Special | None:
    """What the rater's next page is meant to be after so many claims, if not a regular one."""
    return special_page(key=bytes(stage.study.key), rater_id=rater.pk, ordinal=claims, shares=shares_of(stage))


def _claim(rater: Rater, stage: Stage, queue: Queue, now: datetime, *, special: Special | None) -> Assignment | None:
    parameters = claim_parameters(rater, stage, queue, now) | {"special": special}
    for reach in Reach if queue.has_expired else (Reach.NEAR, Reach.FAR):
        statement = claim_statement(stage=stage, special=special, reach=reach)
        if claimed := _claimed(statement, parameters, stage):
            return claimed
    return None


def _claimed(statement: Claim, parameters: Mapping[str, Any], stage: Stage) -> Assignment | None:
    row = one(statement, parameters)
    return page_in(row, stage) if row else None


def claim_parameters(rater: Rater, stage: Stage, queue: Queue, now: datetime) -> dict[str, Any]:
    side = None
    if behaviour(stage.number).has_sides:
        side = personalized_left(key=bytes(stage.study.key), rater_id=rater.pk, ordinal=queue.sides)
    return {
        "rater": rater.pk,
        "stage": stage.pk,
        "study": stage.study_id,
        "assignment": uuid.uuid4(),
        "now": now,
        "expires": leases.lease_end(stage, now),
        "cursor": queue.position,
        "avoided": queue.avoided,
        "personalized_left": side,
        "languages": queue.languages,
        "avoids_flagged": queue.avoids_flagged,
        "arrival": queue.arrival,
        "pages": queue.claims,
        "counted": Jsonb(queue.counted.as_stored) if queue.counted else None,
        "renderers": renderers(),
        "qualification_tasks": stage.qualification_tasks,
        "tasks_per_rater": stage.tasks_per_rater,
        "tasks_per_visit": stage.tasks_per_visit,
        **rules_parameters(stage),
    }


def _resume(rater: Rater, stage: Stage, queue: Queue, now: datetime) -> Assignment | None:
    assignment = Assignment.objects.filter(rater=rater, stage=stage, outcome="").select_related("task").first()
    if assignment is None:
        return None
    if is_live(assignment.task_id, stage):
        if assignment.presentation == 0 and assignment.task.kind == TaskKind.REGULAR:
            leases.retake(assignment=assignment, stage=stage, now=now)
        _move_to_arrival(assignment, queue.arrival)
        note_shown_again(assignment=assignment, stage=stage, now=now)
        return given_page(rater=rater, stage=stage, assignment_id=assignment.pk)
    leases.free(assignment=assignment)
    Assignment.objects.filter(pk=assignment.pk).update(outcome=Outcome.RETURNED, submitted_at=now)
    return claim_locked(rater=rater, stage=stage, queue=queue, now=now)


def _move_to_arrival(assignment: Assignment, arrival: int | None) -> None:
    """A page that was begun in an earlier arrival is paid with the arrival in which it is finished."""
    if arrival is not None and assignment.arrival_id != arrival:
        Assignment.objects.filter(pk=assignment.pk).update(arrival=arrival)
        assignment.arrival_id = arrival
