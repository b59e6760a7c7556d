"""What may be shown and judged now."""

from collections.abc import Mapping

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.joined_rows import Joined, JoinedRows
from accounts.statements import Statement, columns, rows
from conversations.models import Attribute, Stage
from judgments.models import Task, Unit
from judgments.stages import behaviour
from judgments.stages.response import shown

# By the field of Task that names what a page is about: when that may be shown, for queries and of the row ``task``.
_SHOWN: Mapping[str, tuple[Q, str]] = {
    "subject": (
        Q(subject__withdrawn_at__isnull=True),
        """EXISTS (
            SELECT FROM conversations_subject subject
            WHERE subject.id = task.subject_id AND subject.withdrawn_at IS NULL OFFSET 0)""",
    ),
    "case": (
        Q(case__subject__withdrawn_at__isnull=True, case__prompt__withdrawn_at__isnull=True),
        """EXISTS (
            SELECT FROM conversations_case pair
            JOIN conversations_subject subject ON subject.id = pair.subject_id AND subject.withdrawn_at IS NULL
            JOIN conversations_prompt prompt ON prompt.id = pair.prompt_id AND prompt.withdrawn_at IS NULL
            WHERE pair.id = task.case_id OFFSET 0)""",
    ),
    "comparison": (
        shown("comparison__"),
        """EXISTS (
            SELECT FROM conversations_comparison comparison
            JOIN conversations_case pair ON pair.id = comparison.case_id
            JOIN conversations_subject subject ON subject.id = pair.subject_id AND subject.withdrawn_at IS NULL
            JOIN conversations_prompt prompt ON prompt.id = pair.prompt_id AND prompt.withdrawn_at IS NULL
            LEFT JOIN conversations_subject lender ON lender.id = comparison.borrowed_from_id
            WHERE comparison.id = task.comparison_id AND comparison.withdrawn_at IS NULL AND NOT comparison.identical
                AND lender.withdrawn_at IS NULL AND (comparison.control <> '' OR NOT pair.for_controls)
                AND (comparison.leak_reasons = '{}' OR comparison.released_at IS NOT NULL) OFFSET 0)""",
    ),
}
# Of the row ``task``, as ``live_units`` says it.
_HAS_LIVE_UNIT_SQL = """EXISTS (
            SELECT FROM judgments_unit unit
            LEFT JOIN conversations_attribute attribute ON attribute.id = unit.attribute_id
            WHERE unit.task_id = task.id AND attribute.withdrawn_at IS NULL OFFSET 0)"""


def shown_sql(stage: Stage) -> str:
    """A truth of the row ``task``: what it is about may be shown."""
    _condition, sql = _SHOWN[behaviour(stage.number).target]
    return sql


def live_sql(stage: Stage) -> str:
    """``live_tasks`` as a truth of the row ``task``."""
    return f"task.withdrawn_at IS NULL\n        AND {_HAS_LIVE_UNIT_SQL}\n        AND {shown_sql(stage)}"


def live_units(task_id: int) -> QuerySet[Unit]:
    """The units of a page, without those whose attribute was withdrawn since."""
    return Unit.objects.filter(task_id=task_id, attribute__withdrawn_at__isnull=True)


_UNITS = JoinedRows({"unit": Joined(Unit), "attribute": Joined(Attribute)})
_LIVE_UNITS = Statement(
    f"""SELECT {_UNITS.columns}
FROM judgments_unit unit LEFT JOIN conversations_attribute attribute ON attribute.id = unit.attribute_id
WHERE unit.task_id = %(task)s AND attribute.withdrawn_at IS NULL
    AND (NOT %(overall)s OR (unit.attribute_id IS NULL AND unit.instruction = ''))
ORDER BY unit.position""",  # noqa: S608 - of our own words only
    columns,
)


def units_on_page(task_id: int, *, overall: bool) -> list[Unit]:
    """``live_units`` with their attributes, for a page; only the overall one, if asked."""
    found = []
    for row in rows(_LIVE_UNITS, {"task": task_id, "overall": overall}):
        joined = _UNITS.objects(row)
        joined["unit"].attribute = joined["attribute"]
        found.append(joined["unit"])
    return found


def live_tasks(stage: Stage) -> QuerySet[Task]:
    return tasks_to_show(stage).filter(withdrawn_at__isnull=True)


def tasks_to_show(stage: Stage) -> QuerySet[Task]:
    """Tasks whose target may be shown and of which something is left to judge, whether withdrawn for it or not."""
    condition, _sql = _SHOWN[behaviour(stage.number).target]
    units = Unit.objects.filter(task=OuterRef("id"), attribute__withdrawn_at__isnull=True)
    return Task.objects.filter(condition, Exists(units), stage=stage)


def is_live(task_id: int, stage: Stage) -> bool:
    return live_tasks(stage).filter(pk=task_id).exists()
