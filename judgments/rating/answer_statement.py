"""The statement that stores a page's answers: the submit, its judgments, the slot it fills and the assignment's end.

An overall answer that other units follow ends nothing: what else was given becomes the page's draft.

One statement, so that a submit and the next task take few round trips. Nothing happens if the client's id was
committed before, or if the rater has withdrawn while it was on its way: then no row comes back.
"""

import uuid
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from accounts.statements import Statement, one
from judgments.counting import JUDGED_SQL
from judgments.models import Assignment, Judgment
from judgments.rating.given_answers import OutcomeOrOpen, Signs, as_outcome

_STORE = Statement(
    f"""
WITH new AS (
    INSERT INTO judgments_submission (id, assignment_id, revision, submitted_at)
    SELECT %(client)s, %(assignment)s, %(revision)s, %(now)s
    WHERE NOT EXISTS (
        SELECT FROM raters_enrolment WHERE rater_id = %(rater)s AND study_id = %(study)s AND outcome = 'withdrew')
    ON CONFLICT (id) DO NOTHING RETURNING id
), given AS (
    INSERT INTO judgments_judgment
        (unit_id, rater_id, presentation, stage_number, assignment_id, label, failure_mode, note, revision,
         submitted_at, exclusion_reason)
    SELECT answer.unit, %(rater)s, %(presentation)s, %(number)s, %(assignment)s, answer.label, answer.failure_mode,
        answer.note, %(revision)s, %(now)s, ''
    FROM new CROSS JOIN unnest(%(units)s::bigint[], %(labels)s::smallint[], %(modes)s::text[], %(notes)s::text[])
        AS answer(unit, label, failure_mode, note)
    ON CONFLICT (unit_id, rater_id, presentation) DO UPDATE SET
        assignment_id = EXCLUDED.assignment_id, label = EXCLUDED.label, failure_mode = EXCLUDED.failure_mode,
        note = EXCLUDED.note, revision = EXCLUDED.revision, submitted_at = EXCLUDED.submitted_at
), filled AS (
    UPDATE judgments_slot SET filled_at = %(now)s
    WHERE %(takes_slot)s AND %(ends)s AND assignment_id = %(assignment)s AND filled_at IS NULL AND NOT withdrawn
        AND EXISTS (SELECT FROM new)
    RETURNING id
)
UPDATE judgments_assignment assignment
SET outcome = CASE
        WHEN NOT %(ends)s THEN assignment.outcome
        WHEN assignment.outcome IN {JUDGED_SQL} THEN assignment.outcome
        WHEN %(takes_slot)s AND NOT EXISTS (SELECT FROM filled) THEN 'surplus'
        ELSE 'submitted' END,
    submitted_at = CASE WHEN assignment.outcome IN {JUDGED_SQL} OR NOT %(ends)s THEN submitted_at ELSE %(now)s END,
    overall_at = CASE WHEN %(is_overall)s THEN %(now)s ELSE overall_at END,
    draft = CASE WHEN %(ends)s THEN draft ELSE %(draft)s::jsonb END,
    draft_saved_at = CASE WHEN %(ends)s THEN draft_saved_at ELSE %(now)s END,
    revision = %(revision)s,
    missing_attributes = %(missing)s,
    comment = %(comment)s,
    draft_revision = GREATEST(draft_revision, %(draft_revision)s),
    pastes = GREATEST(pastes, %(pastes)s),
    exits_with_copy = GREATEST(exits_with_copy, %(exits_with_copy)s),
    active_ms = LEAST(
        GREATEST(active_ms, %(active_ms)s), GREATEST(EXTRACT(EPOCH FROM %(now)s - started_at) * 1000, active_ms, 0))
WHERE id = %(assignment)s AND EXISTS (SELECT FROM new)
RETURNING outcome
""",  # noqa: S608 - of our own words only
    as_outcome,
)


def store_answers(
    assignment: Assignment,
    judgments: Sequence[Judgment],
    *,
    client_id: uuid.UUID,
    revision: int,
    takes_slot: bool,
    is_overall: bool,
    draft: dict[str, Any] | None,
    missing_attributes: str,
    comment: str,
    active_ms: int,
    signs: Signs,
    draft_revision: int,
    now: datetime,
) -> OutcomeOrOpen | None:
    """Surplus where the rater's slot was lost. None if this client id was committed before, or if the rater has withdrawn.

    ``is_overall``: it is the answer that comes first and is final. ``draft``: the page goes on with it; None: it ends.
    """
    parameters: dict[str, Any] = {
        "client": client_id,
        "assignment": assignment.pk,
        "rater": assignment.rater_id,
        "study": assignment.stage.study_id,
        "presentation": assignment.presentation,
        "number": assignment.stage.number,
        "revision": revision,
        "units": [judgment.unit_id for judgment in judgments],
        "labels": [judgment.label for judgment in judgments],
        "modes": [judgment.failure_mode for judgment in judgments],
        "notes": [judgment.note for judgment in judgments],
        "takes_slot": takes_slot,
        "ends": draft is None,
        "is_overall": is_overall,
        "draft": None if draft is None else Jsonb(draft),
        "missing": missing_attributes,
        "comment": comment,
        "active_ms": active_ms,
        **asdict(signs),
        "draft_revision": draft_revision,
        "now": now,
    }
    return one(_STORE, parameters)
