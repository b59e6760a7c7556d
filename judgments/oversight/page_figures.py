"""What one page adds to the figures of its rater (``judgments.oversight.rater_figures`` says what they mean), in one statement."""

from collections.abc import Collection, Mapping
from typing import Any

from conversations.models import Stage
from judgments.counting import COUNTED_SQL, GIVEN_SQL, JUDGED_SQL, SET_ASIDE_SQL
from judgments.models import Task
from judgments.stages import behaviour
from judgments.stages.reading import CHARACTERS_PER_WORD
from judgments.work.pay import PAID_MS_SQL, PAID_PAGE_SQL
from judgments.work.reading import seconds_to_read

UNITS_TO_STRAIGHT_LINE = 4
QUICK = 0.5  # of the time that reading takes at the usual speed; hardly anybody reads twice as fast

_STRAIGHT = ", ".join(f"COALESCE((is_straight AND seen = {label})::int, 0) AS straight_{label}" for label in range(6))
# Peers: of every regular task of these, all labels are among them.
_PAGES = f"""
    WITH asked AS (
        SELECT task.id, task.kind, COALESCE(task.comparison_id, task.case_id, task.subject_id) AS target
        FROM judgments_task task WHERE task.id = ANY(%(tasks)s)
    ), given AS (
        SELECT page.submitted_at, page.draft_saved_at, page.started_at, page.id, page.rater_id, page.task_id, page.presentation, page.outcome, page.personalized_left, asked.kind,
            page.pastes, page.exits_with_copy, page.active_ms, reading.least_ms,
            LEAST(page.active_ms, GREATEST(0, 1000 * extract(epoch FROM page.submitted_at - page.started_at))) AS worked_ms,
            judged.*, page.outcome IN {JUDGED_SQL} AND asked.kind <> 'practice' AS is_work,
            row_number() OVER (
                PARTITION BY page.rater_id, asked.target, page.outcome IN {JUDGED_SQL} AND asked.kind <> 'practice'
                ORDER BY page.started_at, page.id) AS nth
        FROM asked
        JOIN judgments_assignment page ON page.task_id = asked.id
        JOIN raters_rater rater ON rater.id = page.rater_id AND rater.kind = 'human'
        LEFT JOIN unnest(%(targets)s::bigint[], %(least_ms)s::float8[]) AS reading(target, least_ms)
            ON reading.target = asked.target
        CROSS JOIN LATERAL (
            SELECT count(*) AS units, min(label) AS lowest, max(label) AS highest,
                count(*) FILTER (WHERE (label > 3) = page.personalized_left AND label <> 3) AS leftward,
                count(*) FILTER (WHERE label <> 3) AS sided,
                count(excluded_at) AS excluded
            FROM judgments_judgment WHERE assignment_id = page.id
        ) AS judged
    ), ended AS (
        SELECT *, is_work AND units > 0 AS has_ended,
            is_work AND units >= %(units)s AND presentation = 0 AND kind <> 'attention' AS is_long,
            is_work AND units >= %(units)s AND presentation = 0 AND kind <> 'attention' AND lowest = highest AS is_straight,
            is_work AND units > 0 AND sided > 0 AND %(has_sides)s AS is_sided,
            CASE WHEN personalized_left THEN 6 - lowest ELSE lowest END AS seen,
            {PAID_PAGE_SQL} AS is_paid, {PAID_MS_SQL} AS paid_ms
        FROM given
    ), answer AS (
        SELECT judgment.unit_id, judgment.rater_id, asked.id AS task_id, judgment.label, {COUNTED_SQL} AS counted
        FROM asked
        JOIN judgments_task task ON task.id = asked.id AND task.kind = 'regular'
        JOIN judgments_unit unit ON unit.task_id = task.id
        JOIN judgments_judgment judgment ON judgment.unit_id = unit.id
        JOIN raters_rater rater ON rater.id = judgment.rater_id AND rater.kind = 'human' AND rater.subject_id IS NULL
        LEFT JOIN judgments_assignment assignment ON assignment.id = judgment.assignment_id
        WHERE judgment.presentation = 0 AND {GIVEN_SQL}
    ), of_unit AS (
        SELECT unit_id, count(*) AS n, sum(label) AS total,
            count(*) FILTER (WHERE label = 0) AS n0, count(*) FILTER (WHERE label = 1) AS n1,
            count(*) FILTER (WHERE label = 2) AS n2, count(*) FILTER (WHERE label = 3) AS n3
        FROM answer WHERE counted GROUP BY unit_id
    ), beside AS (
        SELECT rater_id, task_id, label, n - own AS n, total - own * label AS total,
            n0 - own * (label = 0)::int AS n0, n1 - own * (label = 1)::int AS n1,
            n2 - own * (label = 2)::int AS n2, n3 - own * (label = 3)::int AS n3
        FROM (SELECT *, counted::int AS own FROM answer) AS mine LEFT JOIN of_unit USING (unit_id)
    ), compared AS (
        SELECT rater_id, task_id,
            CASE WHEN COALESCE(n, 0) = 0 THEN NULL
                WHEN %(has_sides)s THEN sign(label - 3) = sign(total::numeric / n - 3)
                WHEN 2 * n0 > n THEN label = 0 WHEN 2 * n1 > n THEN label = 1
                WHEN 2 * n2 > n THEN label = 2 WHEN 2 * n3 > n THEN label = 3 END AS agrees
        FROM beside
    ), agreed AS (
        SELECT rater_id, task_id, 0 AS presentation, count(*) FILTER (WHERE agrees) AS hits, count(agrees) AS n
        FROM compared GROUP BY rater_id, task_id
    )
    SELECT %(stage)s::bigint AS stage_id, task_id, rater_id, presentation,
        CASE WHEN has_ended THEN worked_ms / 1000.0 / units END::float8 AS pace,
        COALESCE((outcome = 'submitted')::int, 0) AS submitted,
        COALESCE((outcome = 'surplus')::int, 0) AS surplus,
        COALESCE((outcome IN {SET_ASIDE_SQL})::int, 0) AS set_aside,
        COALESCE(excluded, 0) AS excluded,
        COALESCE(has_ended::int, 0) AS paced_pages,
        COALESCE(is_long::int, 0) AS long_pages,
        COALESCE(is_straight::int, 0) AS straight_pages,
        {_STRAIGHT},
        CASE WHEN is_long THEN count(*) FILTER (WHERE is_long) OVER of_task - 1 ELSE 0 END AS others_long,
        CASE WHEN is_long THEN count(*) FILTER (WHERE is_straight) OVER of_task - is_straight::int ELSE 0 END
            AS others_straight,
        COALESCE((n > 0)::int, 0) AS peer_pages,
        COALESCE(hits, 0) AS peer_hits,
        COALESCE(n, 0) AS peer_total,
        COALESCE(hits * hits, 0) AS peer_hits_squared,
        COALESCE(hits * n, 0) AS peer_hits_times_total,
        COALESCE(n * n, 0) AS peer_total_squared,
        COALESCE(is_sided::int, 0) AS side_pages,
        CASE WHEN is_sided THEN leftward ELSE 0 END AS side_hits,
        CASE WHEN is_sided THEN sided ELSE 0 END AS side_total,
        CASE WHEN is_sided THEN leftward * leftward ELSE 0 END AS side_hits_squared,
        CASE WHEN is_sided THEN leftward * sided ELSE 0 END AS side_hits_times_total,
        CASE WHEN is_sided THEN sided * sided ELSE 0 END AS side_total_squared,
        COALESCE(is_work::int, 0) AS judged_pages,
        COALESCE((is_work AND pastes > 0)::int, 0) AS pasted,
        COALESCE((is_work AND exits_with_copy > 0)::int, 0) AS left_with_copy,
        COALESCE((is_work AND nth = 1 AND %(is_read)s)::int, 0) AS to_read,
        COALESCE((is_work AND nth = 1 AND %(is_read)s AND active_ms < least_ms)::int, 0) AS quick,
        COALESCE((outcome <> '')::int, 0) AS ended_pages,
        COALESCE(is_paid::int, 0) AS paid_pages,
        CASE WHEN outcome <> '' THEN units ELSE 0 END AS paid_labels,
        CASE WHEN outcome <> '' THEN paid_ms ELSE 0 END AS paid_ms
    FROM ended FULL JOIN agreed USING (rater_id, task_id, presentation)
    WINDOW of_task AS (PARTITION BY task_id)
"""  # noqa: S608 - of our own words only


def counted_pages(stage: Stage, tasks: Collection[int]) -> tuple[str, dict[str, Any]]:
    """The statement and its parameters: a row for each page that a human was given, and for each rater who labelled without one.

    Of the tasks of a target either all or none are asked about.
    """
    way = behaviour(stage.number)
    least = {} if way.rests_on_conversations else _least_ms(stage, tasks)
    return _PAGES, {
        "stage": stage.pk,
        "tasks": list(tasks),
        "targets": list(least),
        "least_ms": list(least.values()),
        "units": UNITS_TO_STRAIGHT_LINE,
        "has_sides": way.has_sides,
        # Where evidence leads to the places that have to be read, nobody is too quick.
        "is_read": not way.rests_on_conversations,
    }


def _least_ms(stage: Stage, tasks: Collection[int]) -> Mapping[int, float]:
    """By target: a reader who takes less time has hardly read it."""
    way = behaviour(stage.number)
    targets = set(Task.objects.filter(pk__in=tasks).values_list(f"{way.target}_id", flat=True))
    lengths = way.characters_to_read(stage, targets)
    return {
        target: QUICK * 1000 * seconds_to_read(characters / CHARACTERS_PER_WORD)
        for target, characters in lengths.items()
    }
