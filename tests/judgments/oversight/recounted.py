"""The figures of raters counted from their pages and judgments, all of them at once: what the kept sums must come to."""

from typing import Any

from django.db import connection

from conversations.models import Stage, Study
from judgments.counting import COUNTED_SQL, GIVEN_SQL, JUDGED_SQL, SET_ASIDE_SQL
from judgments.enums import JUDGED, TaskKind
from judgments.models import Assignment
from judgments.oversight.answer_signs import AnswerSigns
from judgments.oversight.page_figures import QUICK, UNITS_TO_STRAIGHT_LINE
from judgments.stages import behaviour
from judgments.stages.reading import CHARACTERS_PER_WORD
from judgments.work.reading import seconds_to_read
from raters.enums import RaterKind

_FIGURES = f"""
WITH stage AS (
    SELECT id, number FROM conversations_stage WHERE study_id = %(study)s
), given AS MATERIALIZED (
    SELECT page.id, page.rater_id, page.stage_id, stage.number, page.task_id, page.presentation, page.outcome,
        page.personalized_left, task.kind,
        LEAST(page.active_ms, GREATEST(0, 1000 * extract(epoch FROM page.submitted_at - page.started_at))) AS active_ms,
        judged.units, judged.lowest, judged.highest, judged.leftward, judged.sided, judged.excluded
    FROM judgments_assignment page
    JOIN stage ON stage.id = page.stage_id
    JOIN judgments_task task ON task.id = page.task_id
    JOIN raters_rater rater ON rater.id = page.rater_id AND rater.kind = 'human'
    CROSS JOIN LATERAL (
        SELECT count(*) AS units, min(label) AS lowest, max(label) AS highest,
            count(*) FILTER (WHERE (label > 3) = page.personalized_left AND label <> 3) AS leftward,
            count(*) FILTER (WHERE label <> 3) AS sided,
            count(excluded_at) AS excluded
        FROM judgments_judgment WHERE assignment_id = page.id
    ) AS judged
), outcomes AS (
    SELECT rater_id, stage_id,
        count(*) FILTER (WHERE outcome = 'submitted') AS submitted,
        count(*) FILTER (WHERE outcome = 'surplus') AS surplus,
        count(*) FILTER (WHERE outcome IN {SET_ASIDE_SQL}) AS set_aside,
        count(*) FILTER (WHERE outcome = '') AS at_hand,
        sum(excluded)::bigint AS excluded
    FROM given GROUP BY rater_id, stage_id
), ended AS (
    SELECT *, active_ms / 1000.0 / units AS pace FROM given
    WHERE outcome IN {JUDGED_SQL} AND units > 0 AND kind <> 'practice'
), stage_pace AS (
    SELECT stage_id, percentile_cont(0.5) WITHIN GROUP (ORDER BY pace) AS median, count(DISTINCT rater_id) AS raters
    FROM ended GROUP BY stage_id
), pace AS (
    SELECT rater_id, stage_id, count(*) AS pages,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY pace) AS median,
        count(*) FILTER (WHERE pace < stage_pace.median / 3) AS fast,
        min(stage_pace.median) AS stage_median, min(stage_pace.raters) AS stage_raters
    FROM ended JOIN stage_pace USING (stage_id) GROUP BY rater_id, stage_id
), long AS (
    SELECT *, lowest = highest AS straight,
        CASE WHEN personalized_left THEN 6 - lowest ELSE lowest END AS seen
    FROM ended WHERE units >= %(units)s AND presentation = 0 AND kind <> 'attention'
), long_task AS (
    SELECT task_id, count(*) AS pages, count(*) FILTER (WHERE straight) AS straight FROM long GROUP BY task_id
), lining AS (
    SELECT rater_id, stage_id, count(*) AS pages, count(*) FILTER (WHERE long.straight) AS straight,
        mode() WITHIN GROUP (ORDER BY seen) FILTER (WHERE long.straight) AS label,
        sum(long_task.pages - 1)::bigint AS others,
        sum(long_task.straight - long.straight::int)::bigint AS others_straight
    FROM long JOIN long_task USING (task_id) GROUP BY rater_id, stage_id
), sides AS (
    SELECT rater_id, stage_id, count(*) AS pages, sum(leftward)::bigint AS hits, sum(sided)::bigint AS total,
        sum(leftward * leftward)::bigint AS hits_squared, sum(leftward * sided)::bigint AS hits_times_total,
        sum(sided * sided)::bigint AS total_squared
    FROM ended WHERE number = 3 AND sided > 0 GROUP BY rater_id, stage_id
), answer AS MATERIALIZED (
    SELECT judgment.unit_id, judgment.rater_id, task.stage_id, stage.number, unit.task_id, judgment.label,
        {COUNTED_SQL} AS counted
    FROM judgments_judgment judgment
    JOIN judgments_unit unit ON unit.id = judgment.unit_id
    JOIN judgments_task task ON task.id = unit.task_id AND task.kind = 'regular'
    JOIN stage ON stage.id = task.stage_id
    JOIN raters_rater rater ON rater.id = judgment.rater_id AND rater.kind = 'human' AND rater.subject_id IS NULL
    LEFT JOIN judgments_assignment assignment ON assignment.id = judgment.assignment_id
    WHERE judgment.presentation = 0 AND {GIVEN_SQL}
), of_unit AS (
    SELECT unit_id, count(*) AS n, sum(label) AS total,
        count(*) FILTER (WHERE label = 0) AS n0, count(*) FILTER (WHERE label = 1) AS n1,
        count(*) FILTER (WHERE label = 2) AS n2, count(*) FILTER (WHERE label = 3) AS n3
    FROM answer WHERE counted GROUP BY unit_id
), beside AS (
    SELECT rater_id, stage_id, task_id, number, label, n - own AS n, total - own * label AS total,
        n0 - own * (label = 0)::int AS n0, n1 - own * (label = 1)::int AS n1,
        n2 - own * (label = 2)::int AS n2, n3 - own * (label = 3)::int AS n3
    FROM (SELECT *, counted::int AS own FROM answer) AS mine JOIN of_unit USING (unit_id)
), compared AS (
    SELECT rater_id, stage_id, task_id,
        CASE WHEN number = 3 THEN sign(label - 3) = sign(total::numeric / n - 3)
            WHEN 2 * n0 > n THEN label = 0 WHEN 2 * n1 > n THEN label = 1
            WHEN 2 * n2 > n THEN label = 2 WHEN 2 * n3 > n THEN label = 3 END AS agrees
    FROM beside WHERE n > 0
), agreed AS (
    SELECT rater_id, stage_id, task_id, count(*) FILTER (WHERE agrees) AS hits, count(*) AS n
    FROM compared WHERE agrees IS NOT NULL GROUP BY rater_id, stage_id, task_id
), peers AS (
    SELECT rater_id, stage_id, count(*) AS pages, sum(hits)::bigint AS hits, sum(n)::bigint AS total,
        sum(hits * hits)::bigint AS hits_squared, sum(hits * n)::bigint AS hits_times_total,
        sum(n * n)::bigint AS total_squared
    FROM agreed GROUP BY rater_id, stage_id
), labelled AS (  -- uploaded judgments have no page
    SELECT DISTINCT rater_id, stage_id FROM answer
)
SELECT rater_id, stage_id, stage.number,
    COALESCE(submitted, 0), COALESCE(surplus, 0), COALESCE(set_aside, 0), COALESCE(at_hand, 0), COALESCE(excluded, 0),
    COALESCE(pace.pages, 0), pace.median::float8, COALESCE(fast, 0), stage_median::float8, COALESCE(stage_raters, 0),
    COALESCE(lining.pages, 0), COALESCE(straight, 0), lining.label, COALESCE(others, 0), COALESCE(others_straight, 0),
    ARRAY[peers.pages, peers.hits, peers.total, peers.hits_squared, peers.hits_times_total, peers.total_squared],
    ARRAY[sides.pages, sides.hits, sides.total, sides.hits_squared, sides.hits_times_total, sides.total_squared]
FROM labelled
FULL JOIN outcomes USING (rater_id, stage_id)
LEFT JOIN pace USING (rater_id, stage_id)
LEFT JOIN lining USING (rater_id, stage_id)
LEFT JOIN peers USING (rater_id, stage_id)
LEFT JOIN sides USING (rater_id, stage_id)
JOIN stage ON stage.id = stage_id
ORDER BY rater_id, stage.number
"""  # noqa: S608 - of our own words only


def recounted_figures(study: Study) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES, {"study": study.pk, "units": UNITS_TO_STRAIGHT_LINE})
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def recounted_signs(stage: Stage) -> dict[int, AnswerSigns]:
    """Without notes. A text is read once, by the page that was begun first."""
    way = behaviour(stage.number)
    judged = Assignment.objects.filter(stage=stage, outcome__in=JUDGED, rater__kind=RaterKind.HUMAN)
    signs: dict[int, AnswerSigns] = {}
    known = set()
    for page in judged.exclude(task__kind=TaskKind.PRACTICE).order_by("started_at", "pk").select_related("task"):
        target = getattr(page.task, f"{way.target}_id")
        is_read = not way.rests_on_conversations and (page.rater_id, target) not in known
        known.add((page.rater_id, target))
        words = way.characters_to_read(stage, {target})[target] / CHARACTERS_PER_WORD
        is_quick = is_read and page.active_ms < QUICK * 1000 * seconds_to_read(words)
        before = signs.get(page.rater_id, AnswerSigns())
        signs[page.rater_id] = AnswerSigns(
            before.pages + 1,
            before.pasted + bool(page.pastes),
            before.left_with_copy + bool(page.exits_with_copy),
            before.to_read + is_read,
            before.quick + is_quick,
        )
    return signs
