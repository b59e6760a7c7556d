"""How far a stage is: every figure out of one statement, so that they add up."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.utils import timezone

from conversations.models import Stage
from judgments.counting import SET_ASIDE_SQL
from judgments.models import Unit

# Of a withdrawn task only what is filled counts: a slot that an exclusion opens there is for nobody.
_PROGRESS = f"""
WITH gone AS (
    SELECT id FROM judgments_task WHERE stage_id = %(stage)s AND kind = 'regular' AND withdrawn_at IS NOT NULL
), counted AS (
    SELECT task_id,
        count(*) AS total,
        count(filled_at) AS filled,
        count(*) FILTER (WHERE filled_at IS NULL AND assignment_id IS NOT NULL AND lease_expires_at > %(now)s) AS leased
    FROM judgments_slot
    WHERE stage_id = %(stage)s AND NOT withdrawn AND (filled_at IS NOT NULL OR task_id NOT IN (SELECT id FROM gone))
    GROUP BY task_id
), raters AS (
    SELECT count(*) AS here FROM raters_enrolment enrolment
    JOIN raters_rater rater ON rater.id = enrolment.rater_id AND rater.kind = 'human'
    WHERE enrolment.study_id = %(study)s AND EXISTS (
        SELECT FROM judgments_assignment given JOIN judgments_task task ON task.id = given.task_id AND task.kind = 'regular'
        WHERE given.rater_id = rater.id AND given.stage_id = %(stage)s AND given.presentation = 0 OFFSET 0)
), given AS (  -- few: by an index of their own (assignment_uncounted)
    SELECT count(*) FILTER (WHERE outcome = 'surplus') AS surplus,
        count(*) FILTER (WHERE outcome IN {SET_ASIDE_SQL}) AS set_aside
    FROM judgments_assignment given
    JOIN judgments_task task ON task.id = given.task_id AND task.kind = 'regular'
    JOIN raters_rater rater ON rater.id = given.rater_id AND rater.kind = 'human'
    WHERE given.stage_id = %(stage)s AND given.presentation = 0 AND outcome NOT IN ('', 'submitted')
)
SELECT
    COALESCE(sum(total), 0)::bigint, COALESCE(sum(filled), 0)::bigint, COALESCE(sum(leased), 0)::bigint,
    count(task_id), count(task_id) FILTER (WHERE filled = total),
    (SELECT here FROM raters), (SELECT surplus FROM given), (SELECT set_aside FROM given),
    (SELECT count(*) FROM gone)
FROM counted
"""  # noqa: S608 - of our own words only


@dataclass(frozen=True, slots=True)
class Progress:
    total: int  # ratings promised: k for each task
    filled: int
    leased: int  # raters are at them now
    tasks: int
    tasks_done: int
    raters: int
    surplus: int
    set_aside: int
    tasks_withdrawn: int

    @property
    def waiting(self) -> int:
        return self.total - self.filled - self.leased

    @property
    def text(self) -> str:
        return f"{self.filled:,} of {self.total:,} ratings, {self.tasks_done:,} of {self.tasks:,} tasks done"


def progress_of(stage: Stage, *, now: datetime | None = None) -> Progress:
    with connection.cursor() as cursor:
        cursor.execute(_PROGRESS, {"stage": stage.pk, "study": stage.study_id, "now": now or timezone.now()})
        row = cursor.fetchone()
    return Progress(*row)


def holds_judgments(stage: Stage) -> bool:
    """Without any slot these came with an upload or a dataset."""
    return Unit.objects.filter(task__stage=stage, judgments__isnull=False).exists()
