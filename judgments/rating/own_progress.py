"""One rater's own work in a stage."""

from dataclasses import dataclass

from django.db import connection

from conversations.models import Stage
from judgments.counting import JUDGED_SQL
from raters.models import Rater

# Beyond this the page says "about": counting further would read the whole queue at every page.
COUNTED_AHEAD = 200

_PROGRESS = f"""
WITH given AS (
    SELECT own.outcome FROM judgments_assignment own JOIN judgments_task task ON task.id = own.task_id
    WHERE own.rater_id = %(rater)s AND own.stage_id = %(stage)s AND task.kind <> 'practice'
), ahead AS (
    SELECT task_id FROM judgments_slot slot
    WHERE slot.stage_id = %(stage)s AND slot.assignment_id IS NULL AND NOT slot.withdrawn
        AND slot.position > COALESCE((
            SELECT position FROM judgments_queueposition WHERE stage_id = %(stage)s AND rater_id = %(rater)s), -1)
        AND NOT EXISTS (
            SELECT FROM judgments_assignment own
            WHERE own.task_id = slot.task_id AND own.rater_id = %(rater)s OFFSET 0)
    ORDER BY slot.position, slot.number LIMIT %(slots)s
), tasks AS (
    SELECT DISTINCT task_id FROM ahead
    UNION
    SELECT task_id FROM judgments_assignment WHERE rater_id = %(rater)s AND stage_id = %(stage)s AND outcome = ''
)
SELECT
    (SELECT count(*) FROM given WHERE outcome IN {JUDGED_SQL}),
    (SELECT count(*) FROM given WHERE outcome <> ''),
    (SELECT count(own.id) FROM (
        SELECT arrival.id FROM raters_arrival arrival JOIN raters_enrolment enrolment
            ON enrolment.id = arrival.enrolment_id
        WHERE enrolment.rater_id = %(rater)s AND arrival.stage_id = %(stage)s ORDER BY arrived_at DESC LIMIT 1
    ) AS latest LEFT JOIN judgments_assignment own
        ON own.arrival_id = latest.id AND own.outcome NOT IN ('', 'returned') GROUP BY latest.id),
    (SELECT count(*) FROM tasks),
    (SELECT count(*) FROM judgments_unit WHERE task_id IN (SELECT task_id FROM tasks))
"""  # noqa: S608 - of our own words only


@dataclass(frozen=True, slots=True)
class RaterProgress:
    done: int
    tasks_left: int  # free for this rater now, the open one included; not counted beyond the next slots
    units_left: int

    @property
    def total(self) -> int:
        return self.done + self.tasks_left


def own_progress(*, rater: Rater, stage: Stage) -> RaterProgress:
    """What is done and what is left. Others may take some of what is left, and a quota may end it before."""
    slots = COUNTED_AHEAD * stage.k
    with connection.cursor() as cursor:
        cursor.execute(_PROGRESS, {"stage": stage.pk, "rater": rater.pk, "slots": slots})
        done, claims, of_arrival, tasks, units = cursor.fetchone()
    allowed = [tasks]
    if stage.tasks_per_rater is not None:
        allowed.append(max(0, stage.tasks_per_rater - claims))
    if stage.tasks_per_visit is not None and of_arrival is not None:
        allowed.append(max(0, stage.tasks_per_visit - of_arrival))
    left = min(allowed)
    return RaterProgress(done, left, round(units * left / tasks) if tasks else 0)
