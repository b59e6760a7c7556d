"""Why a rater gets no page now, counted as the claim decides it (``judgments/work/claim_statement.py``)."""

from dataclasses import dataclass, fields
from datetime import datetime

from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, QuerySet, TextChoices, Value, When

from conversations.enums import StageState, StudyState
from conversations.models import Stage
from judgments.counting import judged
from judgments.eligibility.live import live_tasks
from judgments.enums import Outcome, Special, TaskKind
from judgments.models import Assignment, QueuePosition, Slot, Task
from judgments.rating.lessons import lessons
from judgments.stages import behaviour
from judgments.work.claim_statement import PAGES_BEFORE_A_REPEAT
from judgments.work.claiming import special_due
from judgments.work.qualifying import gold_pages, qualifies
from raters.enums import EnrolmentOutcome, Platform
from raters.models import Admission, Arrival, Enrolment, Rater

_GOES_ON = {"", EnrolmentOutcome.COMPLETED}

type Kind = tuple[str, Q | Exists]  # a field of TasksLeft, and what is true of the tasks counted under it


class Nothing(TextChoices):
    """Why a rater gets no page. The labels are for those who run the study."""

    NOT_ADMITTED = "not_admitted", "No link has let this rater into the stage."
    WITHDREW = "withdrew", "The rater withdrew."
    RETURNED = "returned", "The rater returned their place on the platform."
    FAILED_COMPREHENSION = "failed_comprehension", "The rater failed the comprehension check."
    SCREENED_OUT = "screened_out", "The rater was screened out."
    LEFT = "left", "The rater's part in the study has ended."
    STUDY_CLOSED = "study_closed", "The study is closed."
    STAGE_DRAFT = "stage_draft", "The stage has not been opened."
    STAGE_PAUSED = "stage_paused", "The stage is paused."
    STAGE_CLOSED = "stage_closed", "The stage is closed."
    RATER_PAUSED = "rater_paused", "The rater is paused."
    VISIT_ENDED = "visit_ended", "The rater ended this visit and has not arrived again."
    PRACTICE = "practice", "The rater has not finished the tutorial."
    COMPREHENSION = "comprehension", "The rater has not passed the comprehension check."
    OPEN_PAGE = "open_page", "The rater has an open page, and gets that one until it is done."
    QUALIFICATION = "qualification", "The rater must qualify, and there is no gold page for them."
    VISIT_QUOTA = "visit_quota", "The rater has had all pages of one visit."
    RATER_QUOTA = "rater_quota", "The rater has had all pages that one rater may have."
    LEASED = "leased", "All that is left for this rater is with others now."
    MET = "met", "The rater has had every page that is left."
    CONFLICT = "conflict", "A conflict rule keeps what is left from this rater."
    LANGUAGE = "language", "What is left is in languages that this rater did not declare."
    FLAGGED = "flagged", "What is left is flagged, and this rater asked for no flagged material."
    NOTHING_LEFT = "nothing_left", "Nothing is left to judge in this stage."


_OF_OUTCOME = {
    EnrolmentOutcome.WITHDREW: Nothing.WITHDREW,
    EnrolmentOutcome.RETURNED: Nothing.RETURNED,
    EnrolmentOutcome.FAILED_COMPREHENSION: Nothing.FAILED_COMPREHENSION,
    EnrolmentOutcome.SCREENED_OUT: Nothing.SCREENED_OUT,
}
_OF_STATE = {
    StageState.DRAFT: Nothing.STAGE_DRAFT,
    StageState.PAUSED: Nothing.STAGE_PAUSED,
    StageState.CLOSED: Nothing.STAGE_CLOSED,
}


@dataclass(frozen=True, slots=True)
class TasksLeft:
    """The stage's tasks that lack ratings, each counted once: under the first of these that is true of it."""

    judged: int = 0  # by this rater
    set_aside: int = 0  # by this rater, or taken back from them
    met_as_check: int = 0  # this rater had a page that was made from it
    conflict_subject: int = 0  # this rater judged the subject's attributes at stage 1
    conflict_case: int = 0  # this rater had another comparison of the case
    language: int = 0
    flagged: int = 0
    leased: int = 0  # others are at them now
    free: int = 0  # this rater can have them

    @property
    def total(self) -> int:
        return sum(getattr(self, field.name) for field in fields(self))

    @property
    def met(self) -> int:
        return self.judged + self.set_aside + self.met_as_check

    @property
    def conflict(self) -> int:
        return self.conflict_subject + self.conflict_case


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
    reason = (
        _ended(admission)
        or _not_running(stage)
        or _of_visit(admission, arrival)
        or _of_gates(admission)
        or _of_quotas(rater, stage, arrival)
    )
    return WhyNothing(reason) if reason else _of_tasks(admission.enrolment, stage, now)


def latest_arrival(*, enrolment: Enrolment, stage: Stage) -> Arrival | None:
    """The rater's visit to the stage, whether it has ended or not."""
    return (
        Arrival.objects.select_related("entry_link", "enrolment__rater", "stage__study")
        .filter(enrolment=enrolment, stage=stage)
        .order_by("-arrived_at")
        .first()
    )


def is_paid_by_arrival(arrival: Arrival | None) -> bool:
    """Whether the rater came by a crowd platform, where each visit ends with its own outcome and code."""
    link = arrival.entry_link if arrival else None
    return link is not None and link.platform != Platform.OPEN


def _ended(admission: Admission) -> Nothing | None:
    for outcome in (admission.enrolment.outcome, admission.outcome):
        if outcome not in _GOES_ON:
            return _OF_OUTCOME.get(EnrolmentOutcome(outcome), Nothing.LEFT)
    return None


def _not_running(stage: Stage) -> Nothing | None:
    if stage.study.state != StudyState.ACTIVE or stage.study.deleted_at is not None:
        return Nothing.STUDY_CLOSED
    return _OF_STATE.get(StageState(stage.state))


def _of_visit(admission: Admission, arrival: Arrival | None) -> Nothing | None:
    if admission.enrolment.paused_at is not None:
        return Nothing.RATER_PAUSED
    if arrival is not None and arrival.outcome and is_paid_by_arrival(arrival):
        return Nothing.VISIT_ENDED
    return None


def _of_gates(admission: Admission) -> Nothing | None:
    due = lessons(admission)
    if due.practice:
        return Nothing.PRACTICE
    return Nothing.COMPREHENSION if due.questions else None


def _of_quotas(rater: Rater, stage: Stage, arrival: Arrival | None) -> Nothing | None:
    mine = Assignment.objects.filter(rater=rater, stage=stage)
    if mine.filter(outcome="", task__in=live_tasks(stage).filter(withdrawn_at__isnull=True)).exists():
        return Nothing.OPEN_PAGE
    # The claim gives back an open page whose material is gone, and it counts no more.
    given = mine.filter(arrival=arrival).exclude(outcome__in=["", Outcome.RETURNED]) if arrival else mine.none()
    if stage.tasks_per_visit is not None and given.count() >= stage.tasks_per_visit:
        return Nothing.VISIT_QUOTA
    if stage.tasks_per_rater is not None and _claims(rater, stage) >= stage.tasks_per_rater:
        return Nothing.RATER_QUOTA
    return None


def _claims(rater: Rater, stage: Stage) -> int:
    return QueuePosition.objects.filter(rater=rater, stage=stage).values_list("claims", flat=True).first() or 0


def _of_tasks(enrolment: Enrolment, stage: Stage, now: datetime) -> WhyNothing:
    special = _of_special_pages(enrolment, stage)
    if special is not None:
        return special
    tasks = tasks_left(enrolment=enrolment, stage=stage, now=now)
    if tasks.free:
        return WhyNothing(None, tasks)
    if tasks.leased:
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
    special = special_due(rater=enrolment.rater, stage=stage, claims=_claims(enrolment.rater, stage))
    if special is None:
        return None
    pages = _repeats(enrolment, stage) if special == Special.REPEAT else _twins(enrolment, stage, TaskKind(special))
    return WhyNothing(None) if pages.exists() else None


def _of_qualification(enrolment: Enrolment, stage: Stage) -> WhyNothing | None:
    """None: with their gold pages the rater qualifies at their next claim, and gets a regular page then."""
    rater = enrolment.rater
    if gold_pages(rater, stage) < stage.qualification_tasks and _twins(enrolment, stage, TaskKind.GOLD).exists():
        return WhyNothing(None)
    passed = qualifies(rater=rater, stage=stage)
    if passed is None:
        return WhyNothing(Nothing.QUALIFICATION)
    return None if passed else WhyNothing(Nothing.SCREENED_OUT)


def _twins(enrolment: Enrolment, stage: Stage, kind: TaskKind) -> QuerySet[Task]:
    """Gold pages or attention checks that the rater may be given: made of no page they met, or whose twin they met."""
    mine = Assignment.objects.filter(rater=enrolment.rater_id, stage=stage)
    met = mine.filter(Q(task=OuterRef("pk")) | Q(task=OuterRef("twin_of")) | Q(task__twin_of=OuterRef("twin_of")))
    twins = live_tasks(stage).filter(~Exists(met), kind=kind, withdrawn_at__isnull=True)
    for _name, barrier in _barriers(enrolment, stage):
        twins = twins.exclude(barrier)
    return twins


def _repeats(enrolment: Enrolment, stage: Stage) -> QuerySet[Task]:
    """The rater's own pages that are not among their latest few and were not repeated yet."""
    mine = Assignment.objects.filter(rater=enrolment.rater_id, stage=stage)
    first = mine.filter(judged(), presentation=0)
    latest = first.order_by("-submitted_at").values("pk")[:PAGES_BEFORE_A_REPEAT]
    again = mine.filter(task=OuterRef("pk"), presentation=1)
    regular = live_tasks(stage).filter(kind=TaskKind.REGULAR, withdrawn_at__isnull=True)
    return regular.filter(~Exists(again), pk__in=first.exclude(pk__in=latest).values("task"))


def tasks_left(*, enrolment: Enrolment, stage: Stage, now: datetime) -> TasksLeft:
    """In one query, over the stage's tasks that lack ratings."""
    open_slots = Slot.objects.filter(task=OuterRef("pk"), withdrawn=False, filled_at__isnull=True)
    kinds = [*_met(enrolment), *_barriers(enrolment, stage), ("leased", ~Exists(_claimable(open_slots, stage, now)))]
    counted = (
        live_tasks(stage)
        .filter(Exists(open_slots), kind=TaskKind.REGULAR, withdrawn_at__isnull=True)
        .annotate(
            why=Case(
                *[When(condition, then=Value(name)) for name, condition in kinds],
                default=Value("free"),
                output_field=CharField(),
            )
        )
        .values("why")
        .annotate(count=Count("pk"))
        .order_by()
    )
    return TasksLeft(**{row["why"]: row["count"] for row in counted})


def _claimable(slots: QuerySet[Slot], stage: Stage, now: datetime) -> QuerySet[Slot]:
    held_by_who_left = Enrolment.objects.filter(study=stage.study_id, rater=OuterRef("assignment__rater")).exclude(
        outcome__in=_GOES_ON
    )
    return slots.filter(Q(assignment__isnull=True) | Q(lease_expires_at__lte=now) | Exists(held_by_who_left))


def _met(enrolment: Enrolment) -> list[Kind]:
    mine = Assignment.objects.filter(rater=enrolment.rater_id)
    own = mine.filter(task=OuterRef("pk"))
    twins = mine.filter(task__twin_of=OuterRef("pk"), task__withdrawn_at__isnull=True)
    return [
        ("judged", Exists(own.filter(judged()))),
        ("set_aside", Exists(own)),
        ("met_as_check", Exists(twins)),
    ]


def _barriers(enrolment: Enrolment, stage: Stage) -> list[Kind]:
    """What keeps a task from this rater though they never met it."""
    kinds = _conflicts(stage, Assignment.objects.filter(rater=enrolment.rater_id))
    if enrolment.languages:
        kinds.append(("language", ~Q(languages__contained_by=enrolment.languages)))
    if enrolment.avoids_flagged:
        kinds.append(("flagged", Q(flagged=True)))
    return kinds


def _conflicts(stage: Stage, mine: QuerySet[Assignment]) -> list[Kind]:
    conflicts: list[Kind] = []
    if not behaviour(stage.number).has_sides:
        return conflicts
    if not stage.study.same_rater_across_stages:
        known = mine.filter(judged(), task__subject=OuterRef("comparison__case__subject"))
        conflicts.append(("conflict_subject", Exists(known)))
    if not stage.study.several_comparisons_per_case:
        others = mine.filter(stage=stage, conflict_key=OuterRef("conflict_key"))
        conflicts.append(("conflict_case", Exists(others.exclude(task__comparison=OuterRef("comparison")))))
    return conflicts
