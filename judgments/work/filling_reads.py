"""What lacks ratings, and how many raters may still give them: the rules of ``judgments/eligibility`` over all raters at once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, F

from conversations.enums import Role
from conversations.models import Membership, Stage
from judgments.counting import JUDGED_SQL
from judgments.eligibility.conflicts import bars_who_judged_the_subject, one_comparison_a_case
from judgments.eligibility.live import live_sql
from judgments.eligibility.requirements import SAID_SQL
from judgments.eligibility.standing import ARRIVAL_SQL, GIVEN_WORK_SQL
from judgments.stages import behaviour
from judgments.work.dealing import together_sql
from raters.models import Admission, EntryLink, Rater


@dataclass(frozen=True, slots=True)
class Lacking:
    """Cases (or pages, where a rater may meet all of a case) that are alike in what they lack."""

    ratings: int  # each of another rater
    readers: int  # of the raters who are here those who read its languages and stand what is flagged
    raters: int  # of them who may give one: they have not met it, nor judged its subject where that bars
    cases: int


# Before the stage is opened: what its pages will be about. ``targets``: rows of an id, what it stands together with, its subject.
_PLANNED = """
    SELECT target.together, target.subject_id, COALESCE(said.languages, '{{}}') AS languages,
        COALESCE(said.flagged, false) AS flagged, count(DISTINCT target.id) * %(k)s AS ratings
    FROM ({targets}) AS target(id, together, subject_id)
    LEFT JOIN ({said}) AS said ON said.subject_id = target.subject_id
    GROUP BY target.together, target.subject_id, said.languages, said.flagged"""
# Afterwards: the slots that nobody fills or works at. Further pages of a comparison are for who had its first one.
_OPEN = """
    SELECT page.together, page.subject_id, page.languages, page.flagged, sum(page.ratings) AS ratings
    FROM (
        SELECT {together} AS together, COALESCE(task.comparison_id, -task.id) AS target,
            COALESCE(task.subject_id, pair.subject_id) AS subject_id, task.languages, task.flagged,
            max(task.slots) AS ratings
        FROM (
            SELECT task.*, waiting.slots
            FROM (
                SELECT slot.task_id, count(*) AS slots FROM judgments_slot slot
                WHERE slot.stage_id = %(stage)s AND slot.filled_at IS NULL AND NOT slot.withdrawn
                    AND (slot.assignment_id IS NULL OR slot.lease_expires_at <= %(now)s)
                GROUP BY slot.task_id
            ) AS waiting
            JOIN judgments_task task ON task.id = waiting.task_id
            WHERE task.stage_id = %(stage)s AND task.kind = 'regular' OFFSET 0  -- whether it is live, of these alone
        ) AS task
        LEFT JOIN conversations_comparison compared ON compared.id = task.comparison_id
        LEFT JOIN conversations_case pair ON pair.id = COALESCE(task.case_id, compared.case_id)
        WHERE {live}
        GROUP BY 1, 2, 3, 4, 5
    ) AS page
    GROUP BY page.together, page.subject_id, page.languages, page.flagged"""
_MET = """
    SELECT DISTINCT {met} AS together, given.rater_id
    FROM judgments_assignment given {task}
    WHERE given.stage_id = %(stage)s AND {met} IN (SELECT together FROM asked)"""
_JUDGED_THE_SUBJECT = f"""
    SELECT asked.together, judged.rater_id
    FROM asked JOIN judgments_task known ON known.subject_id = asked.subject_id
    JOIN judgments_assignment judged ON judged.task_id = known.id AND judged.outcome IN {JUDGED_SQL}"""  # noqa: S608
_LACKING = """
WITH here AS ({here}
), asked AS ({asked}
), barred AS ({barred}
), readers AS (
    SELECT written.languages, written.flagged, here.rater_id
    FROM (SELECT DISTINCT languages, flagged FROM asked) AS written
    JOIN here ON (here.languages = '{{}}' OR written.languages <@ here.languages)
        AND NOT (written.flagged AND here.avoids_flagged)
), counted AS (
    SELECT languages, flagged, count(*) AS raters FROM readers GROUP BY languages, flagged
), kept_back AS (
    SELECT met.together, count(*) AS raters
    FROM (  -- first, for the other way round is all raters times all that is asked
        SELECT asked.together, asked.languages, asked.flagged, barred.rater_id
        FROM asked JOIN barred ON barred.together = asked.together OFFSET 0
    ) AS met
    JOIN readers ON readers.languages = met.languages AND readers.flagged = met.flagged AND readers.rater_id = met.rater_id
    GROUP BY met.together
)
SELECT asked.ratings::bigint, COALESCE(counted.raters, 0), COALESCE(counted.raters, 0) - COALESCE(kept_back.raters, 0), count(*)
FROM asked
LEFT JOIN counted ON counted.languages = asked.languages AND counted.flagged = asked.flagged
LEFT JOIN kept_back ON kept_back.together = asked.together
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
# Humans whom the stage may give pages now or, if it is not open, once it is.
_HERE = f"""
    SELECT enrolment.rater_id, enrolment.languages, enrolment.avoids_flagged
    FROM conversations_stage stage
    JOIN raters_enrolment enrolment ON enrolment.study_id = stage.study_id
    JOIN raters_admission admission ON admission.enrolment_id = enrolment.id AND admission.stage_id = stage.id
    JOIN raters_rater rater ON rater.id = enrolment.rater_id AND rater.kind = 'human'
    LEFT JOIN judgments_queueposition queue ON queue.rater_id = rater.id AND queue.stage_id = stage.id
    {ARRIVAL_SQL}
    WHERE stage.id = %(stage)s
        AND (stage.tasks_per_rater IS NULL OR COALESCE(queue.claims, 0) < stage.tasks_per_rater)
        AND {GIVEN_WORK_SQL}"""  # noqa: S608 - of our own words only


def lacking_of(stage: Stage, *, now: datetime) -> list[Lacking]:
    """Of a stage that was never opened, all that it would ask; afterwards what waits."""
    known: dict[str, Any] = {"stage": stage.pk, "study": stage.study_id, "k": stage.k, "now": now}
    asked, given = _planned(stage) if stage.opened_at is None else (_open(stage), {})
    barred = [_met_sql(stage)]
    if bars_who_judged_the_subject(stage):
        barred.append(_JUDGED_THE_SUBJECT)
    statement = _LACKING.format(here=_HERE, asked=asked, barred=" UNION".join(barred))
    with connection.cursor() as cursor:
        cursor.execute(statement, known | given)
        return [Lacking(*row) for row in cursor.fetchall()]


def raters_here(stage: Stage) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({_HERE}) AS here", {"stage": stage.pk})  # noqa: S608 - our own words
        (count,) = cursor.fetchone()
    return int(count)


def places_left(stage: Stage) -> int | None:
    """How many raters may still come by entry links, or as members who rate; None without a limit."""
    links = EntryLink.objects.filter(stage=stage, closed_at__isnull=True, for_members=False)
    left = links.annotate(left=F("max_raters") - Count("admissions")).values_list("left", flat=True)
    places = [None if count is None else max(0, count) for count in left]
    known = [count for count in places if count is not None]
    return None if len(known) < len(places) else sum(known) + _members_to_come(stage)


def has_links(stage: Stage) -> bool:
    return EntryLink.objects.filter(stage=stage, closed_at__isnull=True, for_members=False).exists()


def _members_to_come(stage: Stage) -> int:
    here = Admission.objects.filter(stage=stage, enrolment__rater__user__isnull=False)
    members = Membership.objects.filter(study=stage.study_id, role=Role.RATER)
    return members.exclude(user__in=Rater.objects.filter(enrolments__admissions__in=here).values("user")).count()


def _planned(stage: Stage) -> tuple[str, dict[str, Any]]:
    way = behaviour(stage.number)
    together = way.drawn_by if one_comparison_a_case(stage) else "id"
    targets = way.targets(stage).order_by().values_list("id", F(together), F(way.subject))
    sql, values = targets.query.sql_with_params()
    given = {f"target_{number}": value for number, value in enumerate(values)}
    named = sql % tuple(f"%({name})s" for name in given)
    return _PLANNED.format(targets=named, said=SAID_SQL), given


def _open(stage: Stage) -> str:
    return _OPEN.format(together=together_sql(stage), live=live_sql(stage))


def _met_sql(stage: Stage) -> str:
    """Who met a page made from a task has met the task; at stage 3 both are of one case, which the assignment says too."""
    if one_comparison_a_case(stage):
        return _MET.format(met="COALESCE(given.conflict_key, given.task_id)", task="")
    task = "JOIN judgments_task task ON task.id = given.task_id"
    return _MET.format(met="COALESCE(task.twin_of_id, task.id)", task=task)
