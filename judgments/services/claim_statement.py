"""The statement that claims a slot: one UPDATE that skips what others hold, so more than k can't happen.

Order: slots whose lease has run out (somebody waits for them to be finished), then the rater's queue after their
cursor, then, only when nothing is left there, what re-opened behind the cursor. Every sub-select stops at its first
row. The rater's own assignments are looked up for each candidate (OFFSET 0 keeps the planner from joining, which
would read all of them), and the cursor keeps their finished tasks from being candidates at all.
"""

from conversations.enums import StageNumber

LOCK_QUEUE = """
INSERT INTO judgments_queueposition (rater_id, stage_id, position, claims)
SELECT %(rater)s, stage.id, -1, 0
FROM conversations_stage stage
JOIN conversations_study study ON study.id = stage.study_id
JOIN raters_enrolment enrolment ON enrolment.study_id = study.id AND enrolment.rater_id = %(rater)s
WHERE stage.id = %(stage)s
    AND stage.state = 'open'
    AND study.state = 'active'
    AND study.deleted_at IS NULL
    AND enrolment.outcome IN ('', 'completed')
ON CONFLICT (rater_id, stage_id) DO UPDATE SET claims = judgments_queueposition.claims
RETURNING position, claims
"""

_SUBJECT_LIVES = """EXISTS (
            SELECT FROM conversations_subject subject
            WHERE subject.id = task.subject_id AND subject.withdrawn_at IS NULL OFFSET 0)"""
_CASE_LIVES = """EXISTS (
            SELECT FROM conversations_case pair
            JOIN conversations_subject subject ON subject.id = pair.subject_id AND subject.withdrawn_at IS NULL
            JOIN conversations_prompt prompt ON prompt.id = pair.prompt_id AND prompt.withdrawn_at IS NULL
            WHERE pair.id = task.case_id OFFSET 0)"""
_COMPARISON_LIVES = """EXISTS (
            SELECT FROM conversations_comparison comparison
            JOIN conversations_case pair ON pair.id = comparison.case_id
            JOIN conversations_subject subject ON subject.id = pair.subject_id AND subject.withdrawn_at IS NULL
            JOIN conversations_prompt prompt ON prompt.id = pair.prompt_id AND prompt.withdrawn_at IS NULL
            WHERE comparison.id = task.comparison_id AND comparison.withdrawn_at IS NULL AND NOT comparison.identical
                AND (comparison.leak_reasons = '{}' OR comparison.released_at IS NOT NULL) OFFSET 0)"""
_ONE_COMPARISON_PER_CASE = """
        AND NOT EXISTS (
            SELECT FROM judgments_assignment met
            JOIN judgments_task other ON other.id = met.task_id
            WHERE met.rater_id = %(rater)s AND met.stage_id = %(stage)s AND met.conflict_key = task.conflict_key
                AND other.comparison_id <> task.comparison_id OFFSET 0)"""
_LIVES = {
    StageNumber.EXTRACTION: _SUBJECT_LIVES,
    StageNumber.RELEVANCE: _CASE_LIVES,
    StageNumber.RESPONSE: _COMPARISON_LIVES,
}

_ELIGIBLE = """
        AND NOT EXISTS (
            SELECT FROM judgments_assignment own
            WHERE own.task_id = slot.task_id AND own.rater_id = %(rater)s OFFSET 0)
        AND EXISTS (
            SELECT FROM judgments_unit unit
            LEFT JOIN conversations_attribute attribute ON attribute.id = unit.attribute_id
            WHERE unit.task_id = slot.task_id AND attribute.withdrawn_at IS NULL OFFSET 0)
        AND {lives}{conflict}"""

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

_CLAIM = """
WITH taken AS (
    UPDATE judgments_slot
    SET assignment_id = %(assignment)s, leased_at = %(now)s, lease_expires_at = %(expires)s
    WHERE id = CASE WHEN NOT EXISTS (
        SELECT FROM judgments_assignment
        WHERE rater_id = %(rater)s AND stage_id = %(stage)s AND outcome = '')
    THEN COALESCE(({expired}
    ), ({ahead}
    ), ({behind}
    )) END
    RETURNING id, task_id, position
), moved AS (
    UPDATE judgments_queueposition queue
    SET claims = queue.claims + 1,
        position = CASE WHEN before.assignment_id IS NULL THEN GREATEST(queue.position, taken.position)
                   ELSE queue.position END
    FROM taken JOIN judgments_slot before ON before.id = taken.id
    WHERE queue.rater_id = %(rater)s AND queue.stage_id = %(stage)s
)
INSERT INTO judgments_assignment
    (id, task_id, stage_id, rater_id, presentation, conflict_key, personalized_left, guidelines_id, started_at,
     active_ms, draft_revision, missing_attributes, comment, outcome, revision)
SELECT %(assignment)s, task.id, task.stage_id, %(rater)s, 0, task.conflict_key, %(personalized_left)s,
    (SELECT id FROM conversations_guidelines WHERE stage_id = %(stage)s ORDER BY version DESC LIMIT 1),
    %(now)s, 0, 0, '', '', '', 0
FROM taken JOIN judgments_task task ON task.id = taken.task_id
RETURNING *
"""


def claim_statement(*, stage_number: int, several_comparisons_per_case: bool) -> str:
    guarded = stage_number == StageNumber.RESPONSE and not several_comparisons_per_case
    eligible = _ELIGIBLE.format(
        lives=_LIVES[StageNumber(stage_number)], conflict=_ONE_COMPARISON_PER_CASE if guarded else ""
    )
    return _CLAIM.format(
        expired=_EXPIRED.format(eligible=eligible),
        ahead=_FREE.format(eligible=eligible, side=">"),
        behind=_FREE.format(eligible=eligible, side="<="),
    )
