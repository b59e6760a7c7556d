"""The statements that give a rater a page: one UPDATE that skips what others hold, so more than k can't happen.

Order: slots whose lease has run out (somebody waits for them to be finished), then the rater's queue after their
cursor, then, only when nothing is left there, what re-opened behind the cursor. Every sub-select stops at its first
row. The rater's own assignments are looked up for each candidate (OFFSET 0 keeps the planner from joining, which
would read all of them), and the cursor keeps their finished tasks from being candidates at all.

Gold, attention checks and repeats have no slot: they are chosen by the same statement when they are due, and where
there is none for this rater a regular page takes their place.
"""

from judgments.counting import JUDGED_SQL
from judgments.enums import Special
from judgments.stages import behaviour

# Locks the rater's place in the queue, so that their requests take turns, and tells what they bring to the claim.
# No row: the stage gives them no work. An arrival that has ended gives none either, unless its link is open to all.
LOCK_QUEUE = """
WITH standing AS (
    SELECT enrolment.languages, enrolment.avoids_flagged, arrival.id AS arrival,
        stage.qualification_tasks = 0 OR admission.qualified_at IS NOT NULL AS qualified
    FROM conversations_stage stage
    JOIN conversations_study study ON study.id = stage.study_id
    JOIN raters_enrolment enrolment ON enrolment.study_id = study.id AND enrolment.rater_id = %(rater)s
    JOIN raters_admission admission ON admission.enrolment_id = enrolment.id AND admission.stage_id = stage.id
    LEFT JOIN LATERAL (
        SELECT id, outcome, entry_link_id FROM raters_arrival
        WHERE enrolment_id = enrolment.id AND stage_id = stage.id ORDER BY arrived_at DESC LIMIT 1
    ) AS arrival ON true
    LEFT JOIN raters_entrylink link ON link.id = arrival.entry_link_id
    WHERE stage.id = %(stage)s
        AND stage.state = 'open'
        AND study.state = 'active'
        AND study.deleted_at IS NULL
        AND enrolment.outcome IN ('', 'completed')
        AND enrolment.paused_at IS NULL
        AND admission.outcome IN ('', 'completed')
        AND (arrival.id IS NULL OR arrival.outcome = '' OR COALESCE(link.platform, 'open') = 'open')
), queue AS (
    INSERT INTO judgments_queueposition (rater_id, stage_id, position, claims)
    SELECT %(rater)s, %(stage)s, -1, 0 FROM standing
    ON CONFLICT (rater_id, stage_id) DO UPDATE SET claims = judgments_queueposition.claims
    RETURNING position, claims, sides
)
SELECT position, claims, sides, languages, avoids_flagged, arrival, qualified
FROM queue CROSS JOIN standing
"""

_READABLE = """
        AND (%(languages)s::varchar[] = '{{}}' OR task.languages <@ %(languages)s::varchar[])
        AND NOT (task.flagged AND %(avoids_flagged)s)
        AND EXISTS (
            SELECT FROM judgments_unit unit
            LEFT JOIN conversations_attribute attribute ON attribute.id = unit.attribute_id
            WHERE unit.task_id = task.id AND attribute.withdrawn_at IS NULL OFFSET 0)
        AND {lives}{conflicts}"""
# A task that was withdrawn keeps the slots that were filled: who is excluded opens them, and nobody may get them.
_ELIGIBLE = """
        AND task.withdrawn_at IS NULL
        AND slot.task_id <> ALL (%(avoided)s::bigint[])
        AND NOT EXISTS (
            SELECT FROM judgments_assignment own
            WHERE own.task_id = slot.task_id AND own.rater_id = %(rater)s OFFSET 0)
        AND NOT EXISTS (
            SELECT FROM judgments_task twin
            JOIN judgments_assignment own ON own.task_id = twin.id AND own.rater_id = %(rater)s
            WHERE twin.twin_of_id = slot.task_id AND twin.withdrawn_at IS NULL OFFSET 0)"""

_EXPIRED = """
        SELECT slot.id FROM judgments_slot slot JOIN judgments_task task ON task.id = slot.task_id
        WHERE slot.stage_id = %(stage)s AND slot.assignment_id IS NOT NULL AND slot.filled_at IS NULL
        AND NOT slot.withdrawn
        AND (slot.lease_expires_at <= %(now)s OR EXISTS (
            SELECT FROM judgments_assignment held
            JOIN raters_enrolment enrolment ON enrolment.rater_id = held.rater_id
            WHERE held.id = slot.assignment_id AND enrolment.study_id = %(study)s
                AND enrolment.outcome NOT IN ('', 'completed') OFFSET 0)){eligible}
        ORDER BY slot.lease_expires_at LIMIT 1 FOR UPDATE OF slot SKIP LOCKED"""
_FREE = """
        SELECT slot.id FROM judgments_slot slot JOIN judgments_task task ON task.id = slot.task_id
        WHERE slot.stage_id = %(stage)s AND slot.assignment_id IS NULL AND NOT slot.withdrawn
        AND slot.position {side} %(cursor)s{eligible}
        ORDER BY slot.position, slot.number LIMIT 1 FOR UPDATE OF slot SKIP LOCKED"""

# Gold and attention checks: each rater meets them in an order of their own, and never beside the page they are made of.
_TWIN = """
    SELECT task.id, 0 AS presentation, %(personalized_left)s::boolean AS personalized_left
    FROM judgments_task task
    WHERE task.stage_id = %(stage)s AND task.kind = %(special)s AND task.withdrawn_at IS NULL
        AND NOT EXISTS (
            SELECT FROM judgments_assignment own JOIN judgments_task met ON met.id = own.task_id
            WHERE own.rater_id = %(rater)s AND own.stage_id = %(stage)s
                AND (met.id = task.id OR met.id = task.twin_of_id OR met.twin_of_id = task.twin_of_id)){enough}{readable}
    ORDER BY md5(%(rater)s::text || ':' || task.id) LIMIT 1"""
_QUALIFICATION_TASKS = """
        AND %(qualification_tasks)s > (
            SELECT count(*) FROM judgments_assignment given JOIN judgments_task gold ON gold.id = given.task_id
            WHERE given.rater_id = %(rater)s AND given.stage_id = %(stage)s AND gold.kind = 'gold'
                AND given.outcome = 'submitted')"""
# The rater's oldest page that is not among the latest few: they should judge it again, not remember it.
_REPEAT = """
    SELECT task.id, 1 AS presentation, NOT first.personalized_left AS personalized_left
    FROM (
        SELECT task_id, personalized_left, submitted_at FROM judgments_assignment
        WHERE rater_id = %(rater)s AND stage_id = %(stage)s AND presentation = 0 AND outcome IN {judged}
        ORDER BY submitted_at DESC OFFSET {pause}
    ) AS first
    JOIN judgments_task task ON task.id = first.task_id AND task.kind = 'regular' AND task.withdrawn_at IS NULL
    WHERE NOT EXISTS (
        SELECT FROM judgments_assignment again
        WHERE again.task_id = task.id AND again.rater_id = %(rater)s AND again.presentation = 1){lives}
    ORDER BY first.submitted_at LIMIT 1"""
_NONE = "SELECT NULL::bigint AS id, 0 AS presentation, NULL::boolean AS personalized_left WHERE false"
PAGES_BEFORE_A_REPEAT = 5

_CLAIM = """
WITH held_back AS (
    SELECT FROM judgments_assignment WHERE rater_id = %(rater)s AND stage_id = %(stage)s AND outcome = ''
    UNION ALL
    SELECT WHERE %(pages)s >= %(tasks_per_rater)s OR %(tasks_per_visit)s <= (
        SELECT count(*) FROM judgments_assignment WHERE arrival_id = %(arrival)s AND outcome <> 'returned')
), special AS ({special}
), taken AS (
    UPDATE judgments_slot
    SET assignment_id = %(assignment)s, leased_at = %(now)s, lease_expires_at = %(expires)s
    WHERE id = CASE WHEN NOT EXISTS (SELECT FROM held_back) AND NOT EXISTS (SELECT FROM special)
    THEN COALESCE(({expired}
    ), ({ahead}
    ), ({behind}
    )) END
    RETURNING id, task_id, position
), chosen AS (
    SELECT task_id, 0 AS presentation, %(personalized_left)s::boolean AS personalized_left FROM taken
    UNION ALL
    SELECT id, presentation, personalized_left FROM special WHERE NOT EXISTS (SELECT FROM held_back)
), moved AS (
    UPDATE judgments_queueposition queue
    SET claims = queue.claims + 1,
        sides = queue.sides + CASE WHEN chosen.presentation = 0 THEN 1 ELSE 0 END,
        position = GREATEST(queue.position, (
            SELECT taken.position FROM taken JOIN judgments_slot before ON before.id = taken.id
            WHERE before.assignment_id IS NULL))
    FROM chosen
    WHERE queue.rater_id = %(rater)s AND queue.stage_id = %(stage)s
)
INSERT INTO judgments_assignment
    (id, task_id, stage_id, rater_id, presentation, arrival_id, conflict_key, personalized_left, guidelines_id,
     started_at, active_ms, draft_revision, missing_attributes, comment, outcome, revision)
SELECT %(assignment)s, task.id, task.stage_id, %(rater)s, chosen.presentation, %(arrival)s, task.conflict_key,
    chosen.personalized_left,
    (SELECT id FROM conversations_guidelines WHERE stage_id = %(stage)s ORDER BY version DESC LIMIT 1),
    %(now)s, 0, 0, '', '', '', 0
FROM chosen JOIN judgments_task task ON task.id = chosen.task_id
RETURNING *
"""


def claim_statement(
    *,
    stage_number: int,
    special: Special | None,
    several_comparisons_per_case: bool,
    same_rater_across_stages: bool,
    for_qualification: bool = False,
) -> str:
    """The claim for a stage. For a qualification it gives the gold pages that are still asked for, and no others."""
    way = behaviour(stage_number)
    conflicts = way.conflicts_sql(
        several_comparisons_per_case=several_comparisons_per_case, same_rater_across_stages=same_rater_across_stages
    )
    lives = way.lives_sql
    readable = _READABLE.format(lives=lives, conflicts=conflicts)
    eligible = _ELIGIBLE + readable
    nothing = "SELECT NULL::bigint"
    enough = _QUALIFICATION_TASKS if for_qualification else ""
    return _CLAIM.format(
        special=_special(special, lives=lives, readable=readable, enough=enough),
        expired=nothing if for_qualification else _EXPIRED.format(eligible=eligible),
        ahead=nothing if for_qualification else _FREE.format(eligible=eligible, side=">"),
        behind=nothing if for_qualification else _FREE.format(eligible=eligible, side="<="),
    )


def _special(kind: Special | None, *, lives: str, readable: str, enough: str) -> str:
    if kind is None:
        return _NONE
    if kind == Special.REPEAT:
        return _REPEAT.format(pause=PAGES_BEFORE_A_REPEAT, judged=JUDGED_SQL, lives=f"\n        AND {lives}")
    return _TWIN.format(readable=readable, enough=enough)
