"""One rater's own work in a stage."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from django.utils import timezone
from psycopg.types.json import Jsonb

from accounts.statements import Statement, columns, one, rows
from conversations.models import Stage
from judgments.counting import JUDGED_SQL
from judgments.eligibility.regular_tasks import eligible_sql
from judgments.eligibility.slots import FREE_SQL
from judgments.eligibility.special_tasks import PAGES_BEFORE_A_REPEAT, controls_left_sql, repeats_left_sql
from judgments.eligibility.specials import Ahead, more_pages, shares_of
from judgments.enums import Special
from judgments.stages import behaviour
from judgments.work.counted_progress import CountedProgress
from judgments.work.dealing import together_sql
from raters.models import Enrolment

# Beyond this the page says "about": counting further would read the whole queue at every page.
COUNTED_AHEAD = 200

# The next slots are looked at, whoever may have them, and of their tasks those are counted that are for this rater: a
# task is looked up for each (OFFSET 0 keeps the planner from asking all tasks of the stage whom they are for). Of tasks
# that stand together a rater gets one.
_PROGRESS = """
WITH given AS (
    SELECT own.outcome FROM judgments_assignment own JOIN judgments_task task ON task.id = own.task_id
    WHERE own.rater_id = %(rater)s AND own.stage_id = %(stage)s AND task.kind <> 'practice'
), arms AS (
    SELECT GREATEST(1, count(*)) AS most FROM conversations_arm arm JOIN conversations_system system
        ON system.id = arm.system_id WHERE system.study_id = %(study)s
), ahead AS MATERIALIZED (
    SELECT task_id FROM judgments_slot slot
    WHERE slot.stage_id = %(stage)s AND {free}
        AND slot.position > COALESCE((
            SELECT position FROM judgments_queueposition WHERE stage_id = %(stage)s AND rater_id = %(rater)s), -1)
    ORDER BY slot.position, slot.number LIMIT %(slots)s * (SELECT most FROM arms)
), tasks AS (
    SELECT slot.task_id FROM (
        SELECT DISTINCT ON ({together}) task.* FROM (SELECT DISTINCT task_id FROM ahead) AS open
        CROSS JOIN LATERAL (SELECT * FROM judgments_task WHERE id = open.task_id OFFSET 0) AS task
        ORDER BY {together}, task.position
    ) AS task CROSS JOIN LATERAL (SELECT task.id AS task_id) AS slot
    WHERE {eligible}
    UNION
    SELECT task_id FROM judgments_assignment WHERE rater_id = %(rater)s AND stage_id = %(stage)s AND outcome = ''
)
SELECT
    (SELECT count(*) FROM given WHERE outcome IN {judged}),
    (SELECT count(*) FROM given WHERE outcome <> ''),
    (SELECT count(own.id) FROM (
        SELECT arrival.id FROM raters_arrival arrival JOIN raters_enrolment enrolment
            ON enrolment.id = arrival.enrolment_id
        WHERE enrolment.rater_id = %(rater)s AND arrival.stage_id = %(stage)s ORDER BY arrived_at DESC LIMIT 1
    ) AS latest LEFT JOIN judgments_assignment own
        ON own.arrival_id = latest.id AND own.outcome NOT IN ('', 'returned') GROUP BY latest.id),
    (SELECT count(*) FROM tasks),
    (SELECT count(*) FROM judgments_assignment
        WHERE rater_id = %(rater)s AND stage_id = %(stage)s AND outcome = ''),
    COALESCE((
        SELECT claims FROM judgments_queueposition WHERE stage_id = %(stage)s AND rater_id = %(rater)s), 0),
    ({controls}), ({repeats}),
    (SELECT count(*) = %(slots)s * (SELECT most FROM arms) FROM ahead),
    {units}
"""
_UNITS = "(SELECT count(*) FROM judgments_unit WHERE task_id IN (SELECT task_id FROM tasks))"
# With a person card nothing may tell how many units follow the overall one: as many as a page of the stage has on average.
_UNITS_ON_AVERAGE = """(
    SELECT round((SELECT count(*) FROM tasks) * count(unit.id)::numeric / GREATEST(count(DISTINCT first.id), 1))::bigint
    FROM (
        SELECT id FROM judgments_task WHERE stage_id = %(stage)s AND position IS NOT NULL ORDER BY position LIMIT 50
    ) AS first JOIN judgments_unit unit ON unit.task_id = first.id)"""


_KEEP = Statement(
    """UPDATE judgments_queueposition SET counted = %(counted)s
WHERE rater_id = %(rater)s AND stage_id = %(stage)s RETURNING id""",
    columns,
)


@dataclass(frozen=True, slots=True)
class RaterProgress:
    done: int
    tasks_left: int  # free for this rater now, the open one included; not counted beyond the next slots
    units_left: int

    @classmethod
    def as_counted(cls, counted: CountedProgress) -> Self:
        return cls(counted.done, counted.left, counted.units)

    @property
    def total(self) -> int:
        return self.done + self.tasks_left


def _specials(stage: Stage) -> dict[str, str]:
    """How many pages outside the queue there are for this rater; not looked for where none is ever due."""
    shares = shares_of(stage)
    return {
        "controls": controls_left_sql(stage) if shares[Special.CONTROL] else "SELECT 0",
        "repeats": repeats_left_sql(stage) if shares[Special.REPEAT] else "SELECT 0",
    }


def _more_pages(enrolment: Enrolment, stage: Stage, ahead: Ahead) -> int:
    """Foretold, so that nothing on a page tells that it is one of them: neither the pages in all nor those left."""
    return more_pages(
        key=bytes(stage.study.key),
        rater_id=enrolment.rater_id,
        shares=shares_of(stage),
        ahead=ahead,
        pause=PAGES_BEFORE_A_REPEAT,
    )


def own_progress(*, enrolment: Enrolment, stage: Stage) -> RaterProgress:
    """What is done and what is left. Others may take some of what is left, and a quota may end it before."""
    return RaterProgress.as_counted(_count(enrolment, stage, timezone.now()))


def counted_anew(*, enrolment: Enrolment, stage: Stage, now: datetime) -> RaterProgress:
    """The same, kept so that it can be counted down from here."""
    counted = _count(enrolment, stage, now)
    if counted.standing(claims=counted.claims, now=now) is None:
        return RaterProgress.as_counted(counted)
    place = {"counted": Jsonb(counted.as_stored), "rater": enrolment.rater_id, "stage": stage.pk}
    rows(_KEEP, place)
    return RaterProgress.as_counted(counted)


def _count(enrolment: Enrolment, stage: Stage, now: datetime) -> CountedProgress:
    known: dict[str, Any] = {
        "stage": stage.pk,
        "rater": enrolment.rater_id,
        "study": stage.study_id,
        "slots": COUNTED_AHEAD * stage.k,
        "languages": enrolment.languages,
        "avoids_flagged": enrolment.avoids_flagged,
    }
    row = one(_statement(stage), known)
    if row is None:
        raise LookupError("A count is always one row.")
    done, claims, of_arrival, tasks, is_open, given, controls, repeats, goes_on, units = row
    ahead = Ahead(given, done + is_open, tasks - is_open, controls, repeats)
    allowed = [tasks + _more_pages(enrolment, stage, ahead)]
    if stage.tasks_per_rater is not None:
        allowed.append(max(0, stage.tasks_per_rater - claims))
    if stage.tasks_per_visit is not None and of_arrival is not None:
        allowed.append(max(0, stage.tasks_per_visit - of_arrival))
    left = min(allowed)
    return CountedProgress(
        done=done,
        left=left,
        units=round(units * left / tasks) if tasks else 0,
        goes_on=goes_on and left == allowed[0],
        claims=given,
        counted_at=now.timestamp(),
    )


def _statement(stage: Stage) -> Statement[tuple[Any, ...]]:
    study, shares = stage.study, shares_of(stage)
    depends_on = (
        stage.number,
        behaviour(stage.number).shows_card(stage),
        study.several_comparisons_per_case,
        study.same_rater_across_stages,
        bool(shares[Special.CONTROL]),
        bool(shares[Special.REPEAT]),
    )
    if depends_on not in _composed:
        _composed[depends_on] = Statement(_compose(stage), columns)
    return _composed[depends_on]


_composed: dict[tuple[object, ...], Statement[tuple[Any, ...]]] = {}  # by all that it depends on


def _compose(stage: Stage) -> str:
    return _PROGRESS.format(
        judged=JUDGED_SQL,
        free=FREE_SQL,
        eligible=eligible_sql(stage),
        together=together_sql(stage),
        units=_UNITS_ON_AVERAGE if behaviour(stage.number).shows_card(stage) else _UNITS,
        **_specials(stage),
    )
