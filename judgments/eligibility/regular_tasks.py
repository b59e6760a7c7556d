"""Which regular tasks a rater may be given: every rule of this package, as the claim's SQL and as a count by reason."""

from dataclasses import dataclass, fields
from datetime import datetime

from django.db.models import Case, CharField, Count, Exists, OuterRef, Value, When

from conversations.models import Stage
from judgments.eligibility.conflicts import conflicts, no_conflict_sql
from judgments.eligibility.live import live_sql, live_tasks
from judgments.eligibility.met import NOT_MET_SQL, met
from judgments.eligibility.overall_first import overall_first, overall_first_sql
from judgments.eligibility.requirements import MET_BY_RATER_SQL, unmet
from judgments.eligibility.slots import can_be_taken, open_slots
from judgments.enums import TaskKind
from raters.models import Enrolment


@dataclass(frozen=True, slots=True)
class TasksLeft:
    """The stage's tasks that lack ratings, each counted once: under the first of these that is true of it."""

    judged: int = 0  # by this rater
    set_aside: int = 0  # by this rater, or taken back from them
    met_as_check: int = 0  # this rater had a page that was made from it
    overall_waits: int = 0  # others have to give the overall answer of its comparison first
    shown_attributes: int = 0  # of its comparison, whose overall unit this page would ask
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
    def with_others(self) -> int:
        """This rater can have them once others are done, or stop."""
        return self.leased + self.overall_waits

    @property
    def met(self) -> int:
        return self.judged + self.set_aside + self.met_as_check + self.shown_attributes

    @property
    def conflict(self) -> int:
        return self.conflict_subject + self.conflict_case


def eligible_sql(stage: Stage) -> str:
    """A truth of the rows ``slot`` and its ``task``: this rater may be given the task, if the slot can be taken.

    Of a task that was withdrawn, who is excluded opens the slots that were filled: nobody may get them.
    """
    return "\n        AND ".join([NOT_MET_SQL, *no_conflict_sql(stage), eligible_unless_met_sql(stage)])


def eligible_unless_met_sql(stage: Stage) -> str:
    """The same, where it is known that no page the rater has met keeps this one from them."""
    return "\n        AND ".join([MET_BY_RATER_SQL, live_sql(stage), *overall_first_sql(stage)])


def tasks_left(*, enrolment: Enrolment, stage: Stage, now: datetime) -> TasksLeft:
    """In one query, over the stage's tasks that lack ratings."""
    slots = open_slots().filter(task=OuterRef("pk"))
    barriers = [
        *met(enrolment.rater_id),
        *conflicts(stage, rater_id=enrolment.rater_id),
        *overall_first(stage, rater_id=enrolment.rater_id),
        *unmet(enrolment),
        ("leased", ~Exists(slots.filter(can_be_taken(stage, now)))),
    ]
    why = Case(
        *[When(condition, then=Value(name)) for name, condition in barriers],
        default=Value("free"),
        output_field=CharField(),
    )
    lacking = live_tasks(stage).filter(Exists(slots), kind=TaskKind.REGULAR)
    counted = lacking.annotate(why=why).values("why").annotate(count=Count("pk")).order_by()
    return TasksLeft(**{row["why"]: row["count"] for row in counted})
