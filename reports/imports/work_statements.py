"""The statements that make rows of the staged tables: the work on what ``statements`` made, and its guidelines."""

from collections.abc import Sequence

from reports.imports.statements import new_ids

# Exports made before guidelines were in them leave the study its own.
GUIDELINES: Sequence[str] = (
    """
    DELETE FROM conversations_guidelines guidelines USING conversations_stage stage
    WHERE stage.id = guidelines.stage_id AND stage.study_id = %(study)s AND EXISTS (SELECT FROM staged_guidelines)
    """,
    """
    INSERT INTO conversations_guidelines (stage_id, version, text, created_at)
    SELECT stage.id, staged.version, staged.text, staged.created_at
    FROM staged_guidelines staged
    JOIN conversations_stage stage ON stage.study_id = %(study)s AND stage.number = staged.stage
    ORDER BY staged.stage, staged.version
    """,
)

WORK: Sequence[str] = (
    *new_ids("task", "judgments_task", "SELECT task_id AS old FROM staged_items"),
    """
    INSERT INTO judgments_task
        (id, stage_id, kind, languages, flagged, subject_id, case_id, comparison_id, conflict_key, withdrawn_at,
         withdrawn_reason, created_at)
    SELECT new_task.id, stage.id, item.task_kind, '{}', false, CASE WHEN item.stage = 1 THEN subject.id END,
        CASE WHEN item.stage = 2 THEN new_case.id END, CASE WHEN item.stage = 3 THEN new_comparison.id END,
        CASE WHEN item.stage = 3 THEN new_case.id END, CASE WHEN item.withdrawn THEN %(now)s END,
        CASE WHEN item.withdrawn THEN 'withdrawn before the import' ELSE '' END, %(now)s
    FROM (SELECT DISTINCT ON (task_id) * FROM staged_items ORDER BY task_id, unit_id) item
    JOIN new_task ON new_task.old = item.task_id
    JOIN conversations_stage stage ON stage.study_id = %(study)s AND stage.number = item.stage
    JOIN conversations_subject subject ON subject.study_id = %(study)s AND subject.external_id = item.subject_key
    LEFT JOIN new_case ON new_case.old = item.case_id
    LEFT JOIN new_comparison ON new_comparison.old = item.comparison_id
    """,
    *new_ids("unit", "judgments_unit", "SELECT unit_id AS old FROM staged_items"),
    """
    INSERT INTO judgments_unit (id, task_id, position, attribute_id, instruction, expected_label, explanation)
    SELECT new_unit.id, new_task.id, row_number() OVER (PARTITION BY item.task_id ORDER BY item.unit_id) - 1,
        new_attribute.id,
        CASE WHEN item.task_kind = 'attention' AND item.attribute_id IS NULL AND item.expected_label IS NOT NULL
            AND item.stage < 3
            THEN COALESCE(item.instruction, 'Attention check ' || item.unit_id)
            ELSE COALESCE(item.instruction, '') END,
        item.expected_label, ''
    FROM staged_items item
    JOIN new_unit ON new_unit.old = item.unit_id
    JOIN new_task ON new_task.old = item.task_id
    LEFT JOIN new_attribute ON new_attribute.old = item.attribute_id
    """,
    """
    INSERT INTO judgments_assignment
        (id, task_id, stage_id, rater_id, guidelines_id, rules_id, presentation, conflict_key, personalized_left,
         started_at, active_ms, draft_revision, missing_attributes, comment, outcome, revision, submitted_at, pastes,
         exits_with_copy)
    SELECT DISTINCT ON (staged.assignment_id) staged.assignment_id::uuid, task.id, task.stage_id, new_rater.id,
        guidelines.id, new_rules.id, staged.presentation, task.conflict_key,
        CASE staged.shown_left WHEN 'personalized' THEN true WHEN 'generic' THEN false END,
        staged.started_at, COALESCE(staged.active_ms, 0), 0, staged.missing_attributes, staged.comment, staged.outcome,
        staged.revision, staged.started_at + staged.wall_ms * interval '1 millisecond', COALESCE(staged.pastes, 0),
        COALESCE(staged.exits_with_copy, 0)
    FROM staged_judgments staged
    JOIN new_unit ON new_unit.old = staged.unit_id
    JOIN judgments_unit unit ON unit.id = new_unit.id
    JOIN judgments_task task ON task.id = unit.task_id
    JOIN new_rater ON new_rater.old = staged.rater_key
    LEFT JOIN conversations_guidelines guidelines
        ON guidelines.stage_id = task.stage_id AND guidelines.version = staged.guidelines_version
        AND EXISTS (SELECT FROM staged_guidelines)
    LEFT JOIN new_rules ON new_rules.stage = staged.stage AND new_rules.number = staged.rules
    WHERE staged.assignment_id IS NOT NULL ORDER BY staged.assignment_id, staged.judgment_id
    """,
    # Judged by nothing but the blinding question: the comparison's first page stands for the one that was seen.
    """
    INSERT INTO judgments_assignment
        (id, task_id, stage_id, rater_id, presentation, conflict_key, personalized_left, started_at, active_ms,
         draft_revision, missing_attributes, comment, outcome, revision)
    SELECT staged.assignment_id::uuid, task.id, task.stage_id, new_rater.id, 0, task.conflict_key,
        CASE staged.shown_left WHEN 'personalized' THEN true WHEN 'generic' THEN false END,
        %(now)s, 0, 0, '', '', 'cannot_judge', 0
    FROM staged_blinding_answers staged
    JOIN new_comparison ON new_comparison.old = staged.comparison_id
    JOIN new_rater ON new_rater.old = staged.rater_key
    JOIN LATERAL (
        SELECT * FROM judgments_task WHERE comparison_id = new_comparison.id ORDER BY id LIMIT 1
    ) task ON true
    WHERE NOT EXISTS (SELECT FROM judgments_assignment WHERE id = staged.assignment_id::uuid)
    """,
    """
    INSERT INTO judgments_judgment
        (unit_id, rater_id, presentation, stage_number, assignment_id, label, failure_mode, note, revision,
         submitted_at, excluded_at, exclusion_reason)
    SELECT new_unit.id, new_rater.id, staged.presentation, staged.stage, staged.assignment_id::uuid,
        staged.answer_recoded, COALESCE(staged.failure_mode, ''), staged.note, staged.revision, staged.submitted_at,
        CASE WHEN staged.excluded THEN %(now)s END, COALESCE(staged.exclusion_reason, '')
    FROM staged_judgments staged
    JOIN new_unit ON new_unit.old = staged.unit_id
    JOIN new_rater ON new_rater.old = staged.rater_key
    ORDER BY staged.judgment_id
    """,
    """
    INSERT INTO judgments_adjudication (unit_id, stage_number, label, note, decided_at)
    SELECT new_unit.id, item.stage, staged.consensus, COALESCE(staged.adjudication_note, ''),
        COALESCE(staged.adjudicated_at, %(now)s)
    FROM staged_consensus staged
    JOIN new_unit ON new_unit.old = staged.unit_id
    JOIN staged_items item ON item.unit_id = staged.unit_id
    WHERE staged.adjudicated
    """,
    """
    INSERT INTO judgments_blindinganswer (assignment_id, guess, sureness, answered_at)
    SELECT assignment_id::uuid, guess, sureness, %(now)s FROM staged_blinding_answers ORDER BY file_, row_
    """,
)
