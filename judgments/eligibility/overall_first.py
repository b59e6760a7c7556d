"""With a person card a comparison's overall answer comes before its attributes, also where these fill several tasks.

Such a further task goes to who has given the overall answer or, once nobody is to be asked it any more, to anybody; and
who was shown attributes without having given it is not asked it afterwards.
"""

from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Q

from conversations.models import Stage
from judgments.counting import JUDGED_SQL, judged
from judgments.eligibility.barriers import Barrier
from judgments.eligibility.slots import open_slots
from judgments.enums import TaskKind
from judgments.models import Assignment, Unit
from judgments.stages import behaviour

# A truth of the row that is named ``task``.
ASKS_OVERALL_SQL = """EXISTS (
            SELECT FROM judgments_unit overall
            WHERE overall.task_id = {task}.id AND overall.attribute_id IS NULL AND overall.instruction = '' OFFSET 0)"""
_OF_COMPARISON = f"""first.comparison_id = task.comparison_id AND first.stage_id = task.stage_id
                AND first.kind = '{TaskKind.REGULAR.value}'"""
# Truths of the row ``task``.
_NOT_TOO_EARLY = f"""({ASKS_OVERALL_SQL.format(task="task")}
        OR EXISTS (
            SELECT FROM judgments_task first
            WHERE {_OF_COMPARISON} AND {ASKS_OVERALL_SQL.format(task="first")}
                AND EXISTS (
                    SELECT FROM judgments_assignment told
                    WHERE told.task_id = first.id AND told.rater_id = %(rater)s
                        AND (told.overall_at IS NOT NULL OR told.outcome IN {JUDGED_SQL}) OFFSET 0) OFFSET 0)
        OR NOT EXISTS (
            SELECT FROM judgments_slot waiting JOIN judgments_task first ON first.id = waiting.task_id
            WHERE {_OF_COMPARISON} AND first.withdrawn_at IS NULL
                AND waiting.filled_at IS NULL AND NOT waiting.withdrawn
                AND {ASKS_OVERALL_SQL.format(task="first")} OFFSET 0))"""  # noqa: S608 - of our own words only
_NOT_TOO_LATE = f"""NOT ({ASKS_OVERALL_SQL.format(task="task")}
        AND EXISTS (
            SELECT FROM judgments_task first
            WHERE {_OF_COMPARISON} AND first.id <> task.id
                AND NOT {ASKS_OVERALL_SQL.format(task="first")}
                AND EXISTS (
                    SELECT FROM judgments_assignment told
                    WHERE told.task_id = first.id AND told.rater_id = %(rater)s OFFSET 0) OFFSET 0))"""  # noqa: S608


def overall_first_sql(stage: Stage) -> Sequence[str]:
    return [_NOT_TOO_EARLY, _NOT_TOO_LATE] if behaviour(stage.number).shows_card(stage) else []


def overall_first(stage: Stage, *, rater_id: int) -> list[Barrier]:
    if not behaviour(stage.number).shows_card(stage):
        return []
    of_comparison = {"task__comparison": OuterRef("comparison"), "task__stage": stage, "task__kind": TaskKind.REGULAR}
    parts = Assignment.objects.filter(rater=rater_id, **of_comparison)
    told = parts.filter(Q(overall_at__isnull=False) | judged()).filter(_asks_overall("task"))
    waiting = open_slots().filter(_asks_overall("task"), task__withdrawn_at__isnull=True, **of_comparison)
    asks = _asks_overall("pk")
    shown = parts.exclude(task=OuterRef("pk")).exclude(_asks_overall("task"))
    return [
        ("overall_waits", ~asks & ~Q(Exists(told)) & Q(Exists(waiting))),
        ("shown_attributes", asks & Q(Exists(shown))),
    ]


def _asks_overall(task: str) -> Q:
    return Q(Exists(Unit.objects.filter(task=OuterRef(task), attribute__isnull=True, instruction="")))
