"""The statements that make rows of the staged tables: first what is judged, then the work on it."""

from collections.abc import Sequence


def _ids(name: str, model: str, source: str) -> Sequence[str]:
    """A table from exported ids to new ones, in the same order."""
    return (
        (
            f"CREATE TEMP TABLE new_{name} ON COMMIT DROP AS "  # noqa: S608 - of our own words only
            f"SELECT old, nextval(pg_get_serial_sequence('{model}', 'id')) AS id "
            f"FROM (SELECT DISTINCT old FROM ({source}) named WHERE old IS NOT NULL ORDER BY old) ordered"
        ),
        f"CREATE UNIQUE INDEX ON new_{name} (old)",
        f"ANALYZE new_{name}",
    )


_RESPONSE = """
INSERT INTO conversations_response
    (id, system_id, case_id, kind, arm_id, attempt, text, model, provenance, input_tokens, output_tokens, latency_ms, cost,
     created_at)
SELECT pair.{0}_id, system.id, new_case.id, '{0}', CASE '{0}' WHEN 'personalized' THEN pair.arm END, pair.attempt, pair.{0}_text, '', '{{}}', pair.{0}_tokens,
    pair.{0}_tokens - pair.{0}_tokens, pair.{0}_latency_ms, pair.{0}_cost::numeric, %(now)s
FROM pairs pair
JOIN new_case ON new_case.old = pair.case_id
JOIN new_system system ON system.old = pair.response_system
"""

MATERIAL: Sequence[str] = (
    """
    INSERT INTO conversations_subject
        (study_id, external_id, number, origin, stated_conversations, withdrawn_at, created_at)
    SELECT %(study)s, subject_key, substring(subject_key FROM 9)::integer, subject_origin,
        COALESCE(NULLIF(conversations, 0), stated_conversations), CASE WHEN withdrawn THEN %(now)s END, %(now)s
    FROM staged_subjects ORDER BY substring(subject_key FROM 9)::integer
    """,
    """
    INSERT INTO conversations_prompt (study_id, external_id, text, content_hash, topic, created_at)
    SELECT %(study)s, prompt_id, COALESCE(max(prompt_text), ''), COALESCE(max(prompt_hash), ''),
        COALESCE(max(prompt_topic), ''), %(now)s
    FROM (
        SELECT prompt_id, prompt_text, prompt_hash, prompt_topic FROM staged_items
        UNION ALL SELECT prompt_id, prompt_text, prompt_hash, prompt_topic FROM staged_comparisons
        UNION ALL SELECT prompt_id, prompt_text, prompt_hash, NULL FROM staged_selections
        UNION ALL SELECT prompt_id, prompt_text, prompt_hash, NULL FROM staged_selection_records
    ) named WHERE prompt_id IS NOT NULL GROUP BY prompt_id ORDER BY prompt_id
    """,
    *_ids(
        "case",
        "conversations_case",
        "SELECT case_id AS old FROM staged_items UNION SELECT case_id FROM staged_comparisons "
        "UNION SELECT case_id FROM staged_selections UNION SELECT case_id FROM staged_selection_records",
    ),
    # An item's upload is the most telling one of what it is made of: where all items of a case name one, it is the case's.
    """
    INSERT INTO conversations_case (id, subject_id, prompt_id, batch_id, created_at)
    SELECT new_case.id, subject.id, prompt.id, new_batch.id, %(now)s
    FROM (
        SELECT case_id, min(subject_key) AS subject_key, min(prompt_id) AS prompt_id
        FROM (
            SELECT case_id, subject_key, prompt_id FROM staged_items
            UNION ALL SELECT case_id, subject_key, prompt_id FROM staged_comparisons
            UNION ALL SELECT case_id, subject_key, prompt_id FROM staged_selections
            UNION ALL SELECT case_id, subject_key, prompt_id FROM staged_selection_records
        ) named WHERE case_id IS NOT NULL GROUP BY case_id
    ) named
    JOIN new_case ON new_case.old = named.case_id
    JOIN conversations_subject subject ON subject.study_id = %(study)s AND subject.external_id = named.subject_key
    JOIN conversations_prompt prompt ON prompt.study_id = %(study)s AND prompt.external_id = named.prompt_id
    LEFT JOIN (
        SELECT case_id, min(batch_id) AS batch_id FROM staged_items WHERE stage = 2
        GROUP BY case_id HAVING min(batch_id) = max(batch_id) AND count(*) = count(batch_id)
    ) of_items ON of_items.case_id = named.case_id
    LEFT JOIN new_batch ON new_batch.old = of_items.batch_id
    """,
    *_ids(
        "attribute",
        "conversations_attribute",
        "SELECT attribute_id AS old FROM staged_items UNION SELECT attribute_id FROM staged_selections",
    ),
    """
    INSERT INTO conversations_attribute
        (id, subject_id, system_id, batch_id, external_id, text, content_hash, type, reason, confidence, evidence,
         merged_from, created_at)
    SELECT new_attribute.id, subject.id, system.id, new_batch.id, '', named.attribute_text, named.attribute_hash,
        COALESCE(named.attribute_type, ''), COALESCE(named.attribute_reason, ''), named.attribute_confidence,
        COALESCE(named.attribute_evidence, '[]'), '[]', %(now)s
    FROM (
        SELECT DISTINCT ON (attribute_id) *
        FROM (
            SELECT attribute_id, subject_key, attribute_system, attribute_text, attribute_hash, attribute_type,
                attribute_reason, attribute_confidence, attribute_evidence, batch_id, stage
            FROM staged_items
            UNION ALL
            SELECT attribute_id, subject_key, attribute_system, attribute_text, attribute_hash, NULL, NULL, NULL, NULL,
                NULL, 9
            FROM staged_selections
        ) each WHERE attribute_id IS NOT NULL ORDER BY attribute_id, stage
    ) named
    JOIN new_attribute ON new_attribute.old = named.attribute_id
    JOIN conversations_subject subject ON subject.study_id = %(study)s AND subject.external_id = named.subject_key
    JOIN new_system system ON system.old = named.attribute_system
    LEFT JOIN new_batch ON new_batch.old = named.batch_id
    """,
    *_ids("arm", "conversations_arm", "SELECT arm_id AS old FROM staged_comparisons"),
    *_ids("comparison", "conversations_comparison", "SELECT comparison_id AS old FROM staged_comparisons"),
    """
    INSERT INTO conversations_arm (id, system_id, name, policy, selecting_system_id, settings, settings_hash, created_at)
    SELECT new_arm.id, system.id, COALESCE(staged.arm_name, ''), staged.arm_policy, selecting.id, staged.arm_settings,
        staged.arm_hash, %(now)s
    FROM (SELECT DISTINCT ON (arm_id) * FROM staged_comparisons ORDER BY arm_id, comparison_id) staged
    JOIN new_arm ON new_arm.old = staged.arm_id
    JOIN new_system system ON system.old = staged.response_system
    LEFT JOIN new_system selecting ON selecting.old = staged.arm_selection_of
    ORDER BY new_arm.id
    """,
    # Exports made before there were arms: one for each system, of which nothing is known.
    """
    INSERT INTO conversations_arm (system_id, name, policy, settings, settings_hash, created_at)
    SELECT DISTINCT system.id, '', 'unstated', '{}'::jsonb, %(no_settings)s, %(now)s::timestamptz
    FROM staged_comparisons staged
    JOIN new_system system ON system.old = staged.response_system
    WHERE staged.arm_id IS NULL ORDER BY system.id ON CONFLICT DO NOTHING
    """,
    """
    CREATE TEMP TABLE pairs ON COMMIT DROP AS
    SELECT staged.*, COALESCE(new_arm.id, unstated.id) AS arm,
        nextval(pg_get_serial_sequence('conversations_response', 'id')) AS generic_id,
        nextval(pg_get_serial_sequence('conversations_response', 'id')) AS personalized_id,
        row_number() OVER (PARTITION BY staged.case_id, staged.response_system ORDER BY staged.comparison_id) AS attempt
    FROM staged_comparisons staged
    JOIN new_system system ON system.old = staged.response_system
    LEFT JOIN new_arm ON new_arm.old = staged.arm_id
    LEFT JOIN conversations_arm unstated ON staged.arm_id IS NULL AND unstated.system_id = system.id
        AND unstated.name = '' AND unstated.policy = 'unstated' AND unstated.settings_hash = %(no_settings)s
    """,
    _RESPONSE.format("generic"),
    _RESPONSE.format("personalized"),
    """
    INSERT INTO conversations_comparison
        (id, case_id, system_id, arm_id, batch_id, generic_id, personalized_id, identical, leak_reasons, released_at,
         withdrawn_at, created_at)
    SELECT new_comparison.id, new_case.id, system.id, pair.arm, new_batch.id, pair.generic_id, pair.personalized_id,
        pair.identical, ARRAY(SELECT jsonb_array_elements_text(pair.leak_reasons)),
        CASE WHEN pair.released THEN %(now)s END, CASE WHEN pair.withdrawn THEN %(now)s END, %(now)s
    FROM pairs pair
    JOIN new_comparison ON new_comparison.old = pair.comparison_id
    JOIN new_case ON new_case.old = pair.case_id
    JOIN new_system system ON system.old = pair.response_system
    LEFT JOIN (
        SELECT comparison_id, min(batch_id) AS batch_id FROM staged_items WHERE comparison_id IS NOT NULL
        GROUP BY comparison_id HAVING min(batch_id) = max(batch_id) AND count(*) = count(batch_id)
    ) of_items ON of_items.comparison_id = pair.comparison_id
    LEFT JOIN new_batch ON new_batch.old = of_items.batch_id
    """,
    """
    INSERT INTO conversations_comparisonattribute
        (comparison_id, attribute_id, given, mentioned, mention_method, mention_model)
    SELECT DISTINCT ON (new_comparison.id, new_attribute.id) new_comparison.id, new_attribute.id, true,
        item.attribute_mentioned, COALESCE(item.attribute_mention_method, 'rule'),
        COALESCE(item.attribute_mention_model, '')
    FROM staged_items item
    JOIN new_comparison ON new_comparison.old = item.comparison_id
    JOIN new_attribute ON new_attribute.old = item.attribute_id
    WHERE item.stage = 3 ORDER BY new_comparison.id, new_attribute.id
    """,
    """
    INSERT INTO conversations_selection (system_id, case_id, attribute_id, selected, score, pool)
    SELECT system.id, new_case.id, new_attribute.id, staged.selected, staged.score, COALESCE(staged.pool, 'all')
    FROM staged_selections staged
    JOIN new_system system ON system.old = staged.system
    JOIN new_case ON new_case.old = staged.case_id
    JOIN new_attribute ON new_attribute.old = staged.attribute_id
    ORDER BY staged.file_, staged.row_
    """,
    # Exports made before there were records: who selected spoke.
    """
    INSERT INTO conversations_selectionrecord (system_id, case_id, pool, provenance, spoken_at)
    SELECT system.id, new_case.id, COALESCE(spoken.pool, 'all'), '{}', COALESCE(max(spoken.spoken_at), %(now)s)
    FROM (
        SELECT system, case_id, pool, spoken_at, file_, row_ FROM staged_selection_records
        UNION ALL SELECT system, case_id, pool, NULL, file_, row_ FROM staged_selections
    ) spoken
    JOIN new_system system ON system.old = spoken.system
    JOIN new_case ON new_case.old = spoken.case_id
    GROUP BY system.id, new_case.id, COALESCE(spoken.pool, 'all') ORDER BY min(spoken.file_), min(spoken.row_)
    """,
)

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
    *_ids("task", "judgments_task", "SELECT task_id AS old FROM staged_items"),
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
    *_ids("unit", "judgments_unit", "SELECT unit_id AS old FROM staged_items"),
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
         started_at, active_ms, draft_revision, missing_attributes, comment, outcome, revision, submitted_at)
    SELECT DISTINCT ON (staged.assignment_id) staged.assignment_id::uuid, task.id, task.stage_id, new_rater.id,
        guidelines.id, new_rules.id, staged.presentation, task.conflict_key,
        CASE staged.shown_left WHEN 'personalized' THEN true WHEN 'generic' THEN false END,
        staged.started_at, COALESCE(staged.active_ms, 0), 0, staged.missing_attributes, staged.comment, staged.outcome,
        staged.revision, staged.started_at + staged.wall_ms * interval '1 millisecond'
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
