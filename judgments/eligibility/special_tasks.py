"""Which gold pages, attention checks, controls and own pages a rater may be given where such a page is due."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from conversations.enums import ControlKind
from conversations.models import Stage
from judgments.counting import JUDGED_SQL, judged
from judgments.eligibility.conflicts import conflicts, no_conflict_sql
from judgments.eligibility.live import live_sql, live_tasks, shown_sql
from judgments.eligibility.requirements import MET_BY_RATER_SQL, unmet
from judgments.enums import Outcome, TaskKind
from judgments.models import Assignment, Task
from raters.models import Enrolment, Rater

PAGES_BEFORE_A_REPEAT = 5

# They are outside the queue, which says where to look for them. Each rater meets them in an order of their own, and never beside the page they are made of. A control is made of none.
_TWINS = """
    FROM judgments_task task
    WHERE task.stage_id = %(stage)s AND task.position IS NULL AND task.kind = {kind}
        AND NOT EXISTS (
            SELECT FROM judgments_assignment own JOIN judgments_task met ON met.id = own.task_id
            WHERE own.rater_id = %(rater)s AND own.stage_id = %(stage)s
                AND (met.id = task.id OR met.id = task.twin_of_id OR met.twin_of_id = task.twin_of_id))
        AND {truths}"""
_NEXT_TWIN = """
    SELECT task.id, 0 AS presentation, %(personalized_left)s::boolean AS personalized_left {twins}
    ORDER BY md5(%(rater)s::text || ':' || task.id) LIMIT 1"""
_GOLD_STILL_ASKED_FOR = f"""%(qualification_tasks)s > (
            SELECT count(*) FROM judgments_assignment given JOIN judgments_task gold ON gold.id = given.task_id
            WHERE given.rater_id = %(rater)s AND given.stage_id = %(stage)s AND gold.kind = '{TaskKind.GOLD.value}'
                AND given.outcome = '{Outcome.SUBMITTED.value}')"""  # noqa: S608 - of our own words only
# Who judges what was written for themselves is not shown what was written for somebody else.
_NOT_OF_A_STRANGER = f"""NOT EXISTS (
            SELECT FROM conversations_comparison personal JOIN raters_rater self ON self.id = %(rater)s
            WHERE personal.id = task.comparison_id AND personal.control = '{ControlKind.PERSONAL.value}'
                AND self.subject_id IS NOT NULL OFFSET 0)"""
# The rater's oldest page that is not among the latest few: they should judge it again, not remember it. A page with two
# sides always has its overall unit, so something of it is left to judge.
_REPEATS = """
    FROM (
        SELECT task_id, personalized_left, submitted_at FROM judgments_assignment
        WHERE rater_id = %(rater)s AND stage_id = %(stage)s AND presentation = 0 AND outcome IN {judged}
        ORDER BY submitted_at DESC OFFSET {pause}
    ) AS first
    JOIN judgments_task task ON task.id = first.task_id AND task.kind = 'regular' AND task.withdrawn_at IS NULL
    WHERE NOT EXISTS (
        SELECT FROM judgments_assignment again
        WHERE again.task_id = task.id AND again.rater_id = %(rater)s AND again.presentation = 1)
        AND {shown}"""
_NEXT_REPEAT = """
    SELECT task.id, 1 AS presentation, NOT first.personalized_left AS personalized_left {repeats}
    ORDER BY first.submitted_at LIMIT 1"""


def twin_sql(stage: Stage, *, for_qualification: bool) -> str:
    """The gold page, attention check or control that this rater is given next, if any, as the claim selects it."""
    asked_for = [_GOLD_STILL_ASKED_FOR] if for_qualification else []
    return _NEXT_TWIN.format(twins=_twins_sql(stage, "%(special)s", *asked_for))


def controls_left_sql(stage: Stage) -> str:
    """How many controls this rater may still be given: of each case one, unless the study lifts that."""
    each = "task.id" if stage.study.several_comparisons_per_case else "task.conflict_key"
    return f"SELECT count(DISTINCT {each}) {_twins_sql(stage, repr(TaskKind.CONTROL.value))}"


def _twins_sql(stage: Stage, kind: str, *more: str) -> str:
    truths = [*more, MET_BY_RATER_SQL, live_sql(stage), *no_conflict_sql(stage), _NOT_OF_A_STRANGER]
    return _TWINS.format(kind=kind, truths="\n        AND ".join(truths))


def twins(enrolment: Enrolment, stage: Stage, kind: TaskKind) -> QuerySet[Task]:
    """Gold pages, attention checks or controls for the rater: not met, made of no page they met, or whose twin they met."""
    mine = Assignment.objects.filter(rater=enrolment.rater_id, stage=stage)
    met = mine.filter(Q(task=OuterRef("pk")) | Q(task=OuterRef("twin_of")) | Q(task__twin_of=OuterRef("twin_of")))
    found = live_tasks(stage).filter(~Exists(met), kind=kind)
    for _name, barrier in [*unmet(enrolment), *conflicts(stage, rater_id=enrolment.rater_id)]:
        found = found.exclude(barrier)
    if enrolment.rater.subject_id is not None:
        found = found.exclude(comparison__control=ControlKind.PERSONAL)
    return found


def gold_pages(rater: Rater, stage: Stage) -> int:
    """How many gold pages the rater has judged."""
    given = Assignment.objects.filter(rater=rater, stage=stage, outcome=Outcome.SUBMITTED)
    return given.filter(task__kind=TaskKind.GOLD).count()


def repeat_sql(stage: Stage) -> str:
    """The own page that this rater is given again, if any, as the claim selects it."""
    return _NEXT_REPEAT.format(repeats=_repeats_sql(stage))


def repeats_left_sql(stage: Stage) -> str:
    """How many own pages could be given again now."""
    return f"SELECT count(*) {_repeats_sql(stage)}"


def _repeats_sql(stage: Stage) -> str:
    return _REPEATS.format(pause=PAGES_BEFORE_A_REPEAT, judged=JUDGED_SQL, shown=shown_sql(stage))


def repeats(enrolment: Enrolment, stage: Stage) -> QuerySet[Task]:
    """The rater's own pages that are not among their latest few and were not repeated yet."""
    mine = Assignment.objects.filter(rater=enrolment.rater_id, stage=stage)
    first = mine.filter(judged(), presentation=0)
    latest = first.order_by("-submitted_at").values("pk")[:PAGES_BEFORE_A_REPEAT]
    again = mine.filter(task=OuterRef("pk"), presentation=1)
    regular = live_tasks(stage).filter(kind=TaskKind.REGULAR)
    return regular.filter(~Exists(again), pk__in=first.exclude(pk__in=latest).values("task"))
