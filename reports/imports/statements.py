"""The statements that make rows of the staged tables: what is judged. ``work_statements`` are the work on it."""

from collections.abc import Sequence


def new_ids(name: str, model: str, source: str) -> Sequence[str]:
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


_GENERIC = """
INSERT INTO conversations_response
    (id, system_id, case_id, kind, attempt, text, model, provenance, input_tokens, output_tokens, latency_ms, cost,
     created_at)
SELECT shared.id, system.id, new_case.id, CASE WHEN shared.is_control THEN 'control' ELSE 'generic' END, shared.attempt,
    pair.generic_text, '', '{}', pair.generic_tokens, pair.generic_tokens - pair.generic_tokens, pair.generic_latency_ms,
    pair.generic_cost::numeric, %(now)s
FROM shared_generics shared
JOIN pairs pair ON pair.comparison_id = shared.first
JOIN new_case ON new_case.old = pair.case_id
JOIN new_system system ON system.old = pair.response_system
"""
_PERSONALIZED = """
INSERT INTO conversations_response
    (id, system_id, case_id, kind, arm_id, attempt, text, model, provenance, input_tokens, output_tokens, latency_ms, cost,
     created_at)
SELECT pair.personalized_id, system.id, new_case.id, CASE WHEN pair.control IS NULL THEN 'personalized' ELSE 'control' END,
    pair.arm, pair.attempt, pair.personalized_text, '', '{}', pair.personalized_tokens,
    pair.personalized_tokens - pair.personalized_tokens, pair.personalized_latency_ms, pair.personalized_cost::numeric,
    %(now)s
FROM pairs pair
JOIN new_case ON new_case.old = pair.case_id
JOIN new_system system ON system.old = pair.response_system
"""
_CASES = ("staged_items", "staged_comparisons", "staged_selections", "staged_selection_records", "staged_silent_cases")
_ARM = "arm_id, response_system, arm_name, arm_policy, arm_selection_of, arm_settings, arm_hash"

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
        UNION ALL SELECT prompt_id, prompt_text, prompt_hash, prompt_topic FROM staged_silent_cases
    ) named WHERE prompt_id IS NOT NULL GROUP BY prompt_id ORDER BY prompt_id
    """,
    *new_ids(
        "case",
        "conversations_case",
        " UNION ".join(f"SELECT case_id AS old FROM {table}" for table in _CASES),  # noqa: S608 - our own words
    ),
    # An item's upload is the most telling one of what it is made of: where all items of a case name one, it is the case's.
    """
    INSERT INTO conversations_case (id, subject_id, prompt_id, batch_id, for_controls, created_at)
    SELECT new_case.id, subject.id, prompt.id, new_batch.id, named.for_controls, %(now)s
    FROM (
        SELECT case_id, min(subject_key) AS subject_key, min(prompt_id) AS prompt_id,
            COALESCE(bool_or(for_controls), false) AS for_controls
        FROM (
            SELECT case_id, subject_key, prompt_id, false AS for_controls FROM staged_items
            UNION ALL SELECT case_id, subject_key, prompt_id, for_controls FROM staged_comparisons
            UNION ALL SELECT case_id, subject_key, prompt_id, false FROM staged_selections
            UNION ALL SELECT case_id, subject_key, prompt_id, false FROM staged_selection_records
            UNION ALL SELECT case_id, subject_key, prompt_id, for_controls FROM staged_silent_cases
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
    *new_ids(
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
        COALESCE(named.attribute_evidence, '[]'), COALESCE(named.attribute_merged_from, '[]'), %(now)s
    FROM (
        SELECT DISTINCT ON (attribute_id) *
        FROM (
            SELECT attribute_id, subject_key, attribute_system, attribute_text, attribute_hash, attribute_type,
                attribute_reason, attribute_confidence, attribute_evidence, attribute_merged_from, batch_id, stage
            FROM staged_items
            UNION ALL
            SELECT attribute_id, subject_key, attribute_system, attribute_text, attribute_hash, NULL, NULL, NULL, NULL,
                NULL, NULL, 9
            FROM staged_selections
        ) each WHERE attribute_id IS NOT NULL ORDER BY attribute_id, stage
    ) named
    JOIN new_attribute ON new_attribute.old = named.attribute_id
    JOIN conversations_subject subject ON subject.study_id = %(study)s AND subject.external_id = named.subject_key
    JOIN new_system system ON system.old = named.attribute_system
    LEFT JOIN new_batch ON new_batch.old = named.batch_id
    """,
    (
        f"CREATE TEMP TABLE named_arms ON COMMIT DROP AS SELECT {_ARM} FROM staged_comparisons "  # noqa: S608 - our words
        f"UNION ALL SELECT {_ARM} FROM staged_silent_cases"
    ),
    *new_ids("arm", "conversations_arm", "SELECT arm_id AS old FROM named_arms"),
    *new_ids("comparison", "conversations_comparison", "SELECT comparison_id AS old FROM staged_comparisons"),
    """
    INSERT INTO conversations_arm (id, system_id, name, policy, selecting_system_id, settings, settings_hash, created_at)
    SELECT new_arm.id, system.id, COALESCE(staged.arm_name, ''), staged.arm_policy, selecting.id, staged.arm_settings,
        staged.arm_hash, %(now)s
    FROM (SELECT DISTINCT ON (arm_id) * FROM named_arms ORDER BY arm_id) staged
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
    WHERE staged.arm_id IS NULL AND staged.control IS NULL ORDER BY system.id ON CONFLICT DO NOTHING
    """,
    """
    CREATE TEMP TABLE pairs ON COMMIT DROP AS
    SELECT staged.*, armed.arm, nextval(pg_get_serial_sequence('conversations_response', 'id')) AS personalized_id,
        row_number() OVER (
            PARTITION BY staged.case_id, staged.response_system, armed.arm ORDER BY staged.comparison_id
        ) AS attempt,
        md5(ROW(
            staged.control, staged.generic_text, staged.generic_tokens, staged.generic_latency_ms, staged.generic_cost
        )::text) AS generic_digest
    FROM staged_comparisons staged
    JOIN new_system system ON system.old = staged.response_system
    LEFT JOIN new_arm ON new_arm.old = staged.arm_id
    LEFT JOIN conversations_arm unstated ON staged.arm_id IS NULL AND unstated.system_id = system.id
        AND unstated.name = '' AND unstated.policy = 'unstated' AND unstated.settings_hash = %(no_settings)s
    CROSS JOIN LATERAL (
        SELECT CASE WHEN staged.control IS NULL THEN COALESCE(new_arm.id, unstated.id) END AS arm
    ) armed
    """,
    # Arms of a system share their generic response, and so do the tries that its text outlived.
    """
    CREATE TEMP TABLE shared_generics ON COMMIT DROP AS
    SELECT named.*, nextval(pg_get_serial_sequence('conversations_response', 'id')) AS id,
        row_number() OVER (PARTITION BY case_id, response_system, is_control ORDER BY first) AS attempt
    FROM (
        SELECT case_id, response_system, control IS NOT NULL AS is_control, generic_digest, min(comparison_id) AS first
        FROM pairs GROUP BY case_id, response_system, control IS NOT NULL, generic_digest
    ) named
    """,
    _GENERIC,
    _PERSONALIZED,
    """
    INSERT INTO conversations_comparison
        (id, case_id, system_id, arm_id, batch_id, generic_id, personalized_id, control, borrowed_from_id,
         identical, leak_reasons, released_at, withdrawn_at, created_at)
    SELECT new_comparison.id, new_case.id, system.id, pair.arm, new_batch.id, shared.id, pair.personalized_id,
        COALESCE(pair.control, ''), borrowed.id, pair.identical, ARRAY(SELECT jsonb_array_elements_text(pair.leak_reasons)),
        CASE WHEN pair.released THEN %(now)s END, CASE WHEN pair.withdrawn THEN %(now)s END, %(now)s
    FROM pairs pair
    JOIN shared_generics shared USING (case_id, response_system, generic_digest)
    JOIN new_comparison ON new_comparison.old = pair.comparison_id
    JOIN new_case ON new_case.old = pair.case_id
    JOIN new_system system ON system.old = pair.response_system
    LEFT JOIN (
        SELECT comparison_id, min(batch_id) AS batch_id FROM staged_items WHERE comparison_id IS NOT NULL
        GROUP BY comparison_id HAVING min(batch_id) = max(batch_id) AND count(*) = count(batch_id)
    ) of_items ON of_items.comparison_id = pair.comparison_id
    LEFT JOIN conversations_subject borrowed
        ON borrowed.study_id = %(study)s AND borrowed.external_id = pair.borrowed_from
    LEFT JOIN staged_silent_cases silent ON silent.comparison_id = pair.comparison_id
    LEFT JOIN new_batch ON new_batch.old = COALESCE(of_items.batch_id, silent.batch_id)
    """,
    # Those of identical texts are told by their comparisons.
    """
    INSERT INTO conversations_silentcase (arm_id, case_id, batch_id, recorded_at)
    SELECT new_arm.id, new_case.id, new_batch.id, %(now)s
    FROM staged_silent_cases staged
    JOIN new_arm ON new_arm.old = staged.arm_id
    JOIN new_case ON new_case.old = staged.case_id
    LEFT JOIN new_batch ON new_batch.old = staged.batch_id
    WHERE staged.comparison_id IS NULL ORDER BY staged.file_, staged.row_
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
    WHERE item.stage = 3 AND (item.task_kind <> 'control' OR item.attribute_mention_method IS NOT NULL)
    ORDER BY new_comparison.id, new_attribute.id
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
