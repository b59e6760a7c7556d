"""Keeps the figures of raters: of each task that changed, its pages are counted again and the sums of their raters corrected.

Triggers write down which tasks changed (``ChangedTask``). A sweep folds them in every minute, and who reads figures folds what
came since, so that they are exact whenever they are read and nothing is added to what raters wait for.
"""

from collections.abc import Collection, Iterable

from django.db import connection, transaction

from conversations.models import Stage
from judgments.models import ChangedTask
from judgments.models.figures import SUMMED
from judgments.oversight.page_figures import counted_pages

_IN_TURN = "SELECT pg_advisory_xact_lock(hashtextextended('figures:' || %(stage)s, 0))"
_TASKS_AT_ONCE = 5000
# A page's target leads to other pages: a text is read once, wherever it stands.
_CHANGED = """
WITH changed AS (
    DELETE FROM judgments_changedtask
    WHERE id IN (SELECT id FROM judgments_changedtask WHERE stage_id = %(stage)s ORDER BY id LIMIT %(at_once)s)
    RETURNING task_id
), known AS (
    SELECT DISTINCT task.subject_id, task.case_id, task.comparison_id
    FROM changed JOIN judgments_task task ON task.id = changed.task_id
)
SELECT task_id FROM changed
UNION SELECT task.id FROM known JOIN judgments_task task ON task.subject_id = known.subject_id AND task.stage_id = %(stage)s
UNION SELECT task.id FROM known JOIN judgments_task task ON task.case_id = known.case_id AND task.stage_id = %(stage)s
UNION SELECT task.id FROM known JOIN judgments_task task ON task.comparison_id = known.comparison_id AND task.stage_id = %(stage)s
"""
_COLUMNS = ", ".join(SUMMED)
_SUMS = ", ".join(f"sum({name})::bigint AS {name}" for name in SUMMED)
_TAKE_OUT = f"""
WITH gone AS (
    DELETE FROM judgments_pagefigures WHERE task_id = ANY(%(tasks)s) RETURNING *
), less AS (
    SELECT stage_id, rater_id, count(*)::int AS counted, {_SUMS} FROM gone GROUP BY stage_id, rater_id
)
UPDATE judgments_raterfigures kept
SET counted = kept.counted - less.counted, {", ".join(f"{name} = kept.{name} - less.{name}" for name in SUMMED)}
FROM less WHERE kept.stage_id = less.stage_id AND kept.rater_id = less.rater_id
"""  # noqa: S608 - of our own words only
_PUT_IN = f"""
WITH found AS ({{pages}}
), kept AS (
    INSERT INTO judgments_pagefigures (stage_id, task_id, rater_id, presentation, pace, {_COLUMNS})
    SELECT stage_id, task_id, rater_id, presentation, pace, {_COLUMNS} FROM found RETURNING *
)
INSERT INTO judgments_raterfigures AS known (stage_id, rater_id, counted, {_COLUMNS})
SELECT stage_id, rater_id, count(*)::int, {_SUMS} FROM kept GROUP BY stage_id, rater_id
ON CONFLICT (stage_id, rater_id) DO UPDATE
SET counted = known.counted + EXCLUDED.counted, {", ".join(f"{name} = known.{name} + EXCLUDED.{name}" for name in SUMMED)}
"""  # noqa: S608 - of our own words only


def fold(stages: Iterable[Stage]) -> None:
    """Count in what changed of these stages. One query where nothing did."""
    by_id = {stage.pk: stage for stage in stages}
    changed = ChangedTask.objects.filter(stage_id__in=by_id.keys()).values_list("stage_id", flat=True).distinct()
    for stage_id in sorted(changed):
        while _fold_some(by_id[stage_id]):
            pass


def fold_all() -> None:
    """Of every stage; what is left of stages that are gone is taken away."""
    stage_ids = set(ChangedTask.objects.values_list("stage_id", flat=True).distinct())
    stages = Stage.objects.in_bulk(stage_ids)
    fold(stages.values())
    for stage_id in stage_ids - stages.keys():
        _forget(stage_id)


@transaction.atomic
def _fold_some(stage: Stage) -> bool:
    """Whether anything was left."""
    with connection.cursor() as cursor:
        cursor.execute(_IN_TURN, {"stage": stage.pk})
        # Only now, in a statement of its own: who had the turn before may have committed while we waited.
        cursor.execute(_CHANGED, {"stage": stage.pk, "at_once": _TASKS_AT_ONCE})
        tasks = [task_id for (task_id,) in cursor.fetchall()]
        if tasks:
            _count_again(stage, tasks)
    return bool(tasks)


def _count_again(stage: Stage, tasks: Collection[int]) -> None:
    pages, given = counted_pages(stage, tasks)
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_OUT, given)
        cursor.execute(_PUT_IN.format(pages=pages), given)


@transaction.atomic
def _forget(stage_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM judgments_changedtask WHERE stage_id = %s", [stage_id])
        cursor.execute("DELETE FROM judgments_pagefigures WHERE stage_id = %s", [stage_id])
