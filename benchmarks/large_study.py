"""A study of 200,000 tasks and a million judgments, made by SQL in an empty database in about a minute.

Stage 1 is closed, stage 2 was never opened, stage 3 is open: three arms for each of 66,000 cases, controls, five sixths judged by
three raters each. 200 raters judge about as much; one more has met nearly every case. A batch has as many problems as rows,
a run has 100,000 items with a budget. Rows are as claims, submits, imports and runs leave them.
"""

from django.db import connection
from django.utils import timezone

from accounts.models import User
from conversations.models import Study
from conversations.services.studies import create_study
from generation.services.endpoints import ensure_default_endpoint
from judgments.oversight.folding import fold_all
from judgments.stages.person_card import freeze_cards

SUBJECTS, PROMPTS, ATTRIBUTES, ARMS, RATERS, K = 2_000, 33, 10, 3, 200, 3
CASES = SUBJECTS * PROMPTS
COMPARISONS = CASES * ARMS
JUDGED = COMPARISONS * 5 // 6
UNITS_1 = SUBJECTS * ATTRIBUTES
ITEMS, ROWS, EXPORTS = 100_000, 200_000, 60
EVERYWHERE = RATERS + 1  # the number of the rater who has met nearly every case
_SIZES = {
    "subjects": SUBJECTS,
    "prompts": PROMPTS,
    "attributes": ATTRIBUTES,
    "arms": ARMS,
    "raters": RATERS,
    "k": K,
    "cases": CASES,
    "comparisons": COMPARISONS,
    "judged": JUDGED,
    "units_1": UNITS_1,
    "items": ITEMS,
    "rows": ROWS,
    "exports": EXPORTS,
    "everywhere": EVERYWHERE,
}

_BATCHES = """
INSERT INTO conversations_batch (study_id, file, filename, size, sha256, format, options, origin, state, counts, bytes_read,
    failure, attempts, finished_at)
SELECT {study}, 'none', 'file ' || n, {rows} * 900, md5(n::text), 'yardstick', '{{}}', 'real', 'done',
    '{{"subjects": {{"new": {subjects}, "known": 0}}, "problems": {rows}}}', {rows} * 900, '', 1, now()
FROM generate_series(1, 40) n;
INSERT INTO conversations_batchproblem (batch_id, line, field, expected, found, kept)
SELECT 1, n, 'rating', 'a label', 'something else', false FROM generate_series(1, {rows}) n
"""
_MATERIAL = """
INSERT INTO conversations_subject (study_id, batch_id, external_id, number, origin)
SELECT {study}, 1, 'subject ' || n, n, 'real' FROM generate_series(1, {subjects}) n;
INSERT INTO conversations_conversation (subject_id, batch_id, external_id, content_hash, turns, turn_count, character_count,
    title, language, model, flags)
SELECT s, 1, 'talk ' || n, md5(s || ':' || n), jsonb_build_array(jsonb_build_object('role', 'user', 'content',
    repeat('Which tea keeps well? ', 100))), 1, 2200, 'Which tea keeps well?', 'English', '', '{{}}'
FROM generate_series(1, {subjects}) s, generate_series(1, 2) n;
INSERT INTO conversations_system (study_id, name, version) VALUES ({study}, 'assistant', '');
INSERT INTO conversations_attribute (subject_id, system_id, batch_id, external_id, text, content_hash, type, reason, evidence,
    merged_from)
SELECT s, 1, 1, '', 'Likes tea number ' || n, md5(n::text), 'taste', '', '[]', '[]'
FROM generate_series(1, {subjects}) s, generate_series(1, {attributes}) n;
INSERT INTO conversations_prompt (study_id, batch_id, external_id, text, content_hash, topic)
SELECT {study}, 1, 'prompt ' || n, 'What shall I drink at ' || n || ' o''clock?', md5(n::text), 'topic ' || n % 8
FROM generate_series(1, {prompts} + 1) n
"""
# Cases of the last prompt are set aside for controls.
_CASES = """
INSERT INTO conversations_case (subject_id, prompt_id, batch_id, for_controls)
SELECT s, p, 1, p > {prompts} FROM generate_series(1, {prompts} + 1) p, generate_series(1, {subjects}) s;
INSERT INTO conversations_arm (system_id, name, policy, settings, settings_hash)
SELECT 1, 'arm ' || n, 'own', '{{}}', md5(n::text) FROM generate_series(1, {arms}) n
"""
_RESPONSES = """
INSERT INTO conversations_response (system_id, case_id, batch_id, kind, arm_id, attempt, text, model, provenance)
SELECT 1, c, 1, 'generic', NULL, 1, repeat('Drink what you like. ', 10), '', '{{}}'
FROM generate_series(1, {cases} + {subjects}) c;
INSERT INTO conversations_response (system_id, case_id, batch_id, kind, arm_id, attempt, text, model, provenance)
SELECT 1, (c - 1) / {arms} + 1, 1, 'personalized', (c - 1) % {arms} + 1, 1, repeat('Drink your tea. ', 10), '', '{{}}'
FROM generate_series(1, {comparisons}) c;
INSERT INTO conversations_response (system_id, case_id, batch_id, kind, arm_id, attempt, text, model, provenance)
SELECT 1, {cases} + n, 1, 'control', NULL, 1, 'Damaged.', '', '{{}}' FROM generate_series(1, {subjects}) n
"""
_COMPARISONS = """
INSERT INTO conversations_comparison (case_id, system_id, arm_id, batch_id, generic_id, personalized_id, control, identical,
    leak_reasons)
SELECT (c - 1) / {arms} + 1, 1, (c - 1) % {arms} + 1, 1, (c - 1) / {arms} + 1, {cases} + {subjects} + c, '', false,
    CASE WHEN c % 500 = 0 THEN ARRAY['names a condition'] ELSE ARRAY[]::text[] END
FROM generate_series(1, {comparisons}) c;
INSERT INTO conversations_comparison (case_id, system_id, batch_id, generic_id, personalized_id, control, identical, leak_reasons)
SELECT {cases} + n, 1, 1, {cases} + {subjects} + {comparisons} + n, {cases} + n, 'damaged', false, ARRAY[]::text[]
FROM generate_series(1, {subjects}) n;
INSERT INTO conversations_comparisonattribute (comparison_id, attribute_id, given, mentioned)
SELECT c, (((c - 1) / {arms}) % {subjects}) * {attributes} + 1 + c % {attributes}, true, true
FROM generate_series(1, {comparisons}) c
"""
_TASKS = """
INSERT INTO judgments_task (stage_id, kind, languages, flagged, subject_id, position, withdrawn_reason)
SELECT {stage1}, 'regular', ARRAY['English'], false, s, s - 1, '' FROM generate_series(1, {subjects}) s;
INSERT INTO judgments_task (stage_id, kind, languages, flagged, comparison_id, position, conflict_key, withdrawn_reason)
SELECT {stage3}, 'regular', ARRAY['English'], false, c, c * 7919::bigint % {comparisons}, (c - 1) / {arms} + 1, ''
FROM generate_series(1, {comparisons}) c;
INSERT INTO judgments_task (stage_id, kind, languages, flagged, comparison_id, conflict_key, withdrawn_reason)
SELECT {stage3}, 'control', ARRAY['English'], false, {comparisons} + n, {cases} + n, '' FROM generate_series(1, {subjects}) n;
INSERT INTO judgments_unit (task_id, position, attribute_id, instruction, explanation)
SELECT (a - 1) / {attributes} + 1, (a - 1) % {attributes}, a, '', '' FROM generate_series(1, {units_1}) a;
INSERT INTO judgments_unit (task_id, position, attribute_id, instruction, explanation)
SELECT {subjects} + c, n, CASE WHEN n = 1 THEN (((c - 1) / {arms}) % {subjects}) * {attributes} + 1 + c % {attributes} END, '', ''
FROM generate_series(1, {comparisons}) c, generate_series(0, 1) n;
INSERT INTO judgments_unit (task_id, position, instruction, explanation)
SELECT {subjects} + {comparisons} + n, 0, '', '' FROM generate_series(1, {subjects}) n;
INSERT INTO judgments_task (stage_id, kind, twin_of_id, languages, flagged, comparison_id, conflict_key, withdrawn_reason)
SELECT stage_id, 'gold', id, languages, flagged, comparison_id, conflict_key, '' FROM judgments_task
WHERE stage_id = {stage3} AND kind = 'regular' ORDER BY id LIMIT 40;
INSERT INTO judgments_unit (task_id, position, instruction, explanation, expected_label)
SELECT id, 0, '', '', 5 FROM judgments_task WHERE kind = 'gold'
"""
_RATERS = """
INSERT INTO raters_rater (kind, name) SELECT 'human', 'rater ' || n FROM generate_series(1, {everywhere}) n;
INSERT INTO raters_entrylink (stage_id, token, label, platform, person_parameter, study_parameter, session_parameter,
    platform_study_id, requires_token, return_address)
SELECT {stage3}, 'token-' || n, 'link ' || n, 'open', '', '', '', '', false, '' FROM generate_series(1, 20) n;
INSERT INTO raters_enrolment (rater_id, study_id, entry_link_id, number, resume_token, platform, consent_hash, languages,
    avoids_flagged, outcome)
SELECT n, {study}, n % 20 + 1, n, 'resume-' || n, 'open', '', ARRAY['English'], false, '' FROM generate_series(1, {everywhere}) n;
INSERT INTO raters_admission (enrolment_id, stage_id, entry_link_id, comprehension_tries, outcome)
SELECT n, stage, n % 20 + 1, 0, '' FROM generate_series(1, {everywhere}) n, unnest(ARRAY[{stage1}, {stage3}]) stage;
INSERT INTO raters_arrival (enrolment_id, stage_id, entry_link_id, signed, arrived_at, outcome, platform_status)
SELECT n, {stage3}, n % 20 + 1, false, now() - day * interval '1 day', '', ''
FROM generate_series(1, {everywhere}) n, generate_series(1, 10) day;
INSERT INTO judgments_queueposition (rater_id, stage_id, position, claims)
SELECT n, {stage3}, {judged} - 1, {judged} * {k} / {raters} FROM generate_series(1, {everywhere}) n
"""
# Who rates what: of a case nobody more than one comparison. ``page``: what becomes an assignment.
_PAGES = """
CREATE TEMP TABLE page AS
SELECT md5('1:' || s || ':' || n)::uuid AS id, s AS task, {stage1} AS stage, 1 AS number,
    (s * {k} + n) % {raters} + 1 AS rater, n, s - 1 AS position, NULL::bigint AS conflict_key
FROM generate_series(1, {subjects}) s, generate_series(1, {k}) n
UNION ALL
SELECT md5('3:' || c || ':' || n)::uuid, {subjects} + c, {stage3}, 3,
    CASE WHEN (c - 1) % {arms} = 0 AND n = {k} THEN {everywhere}
        ELSE ((c - 1) / {arms} * 9 + (c - 1) % {arms} * {k} + n) % {raters} + 1 END,
    n, c * 7919::bigint % {comparisons}, (c - 1) / {arms} + 1
FROM generate_series(1, {comparisons}) c, generate_series(1, {k}) n
WHERE c * 7919::bigint % {comparisons} < {judged}
UNION ALL
SELECT md5('c:' || t || ':' || n)::uuid, {subjects} + {comparisons} + t, {stage3}, 3, (t * 5 + n) % {raters} + 1, NULL, NULL,
    {cases} + t
FROM generate_series(1, {subjects}) t, generate_series(1, 5) n
UNION ALL
SELECT md5('g:' || task.id || ':' || n)::uuid, task.id, {stage3}, 3, n, NULL, NULL, task.conflict_key
FROM judgments_task task, generate_series(1, {raters}) n WHERE task.kind = 'gold'
"""
_ASSIGNMENTS = """
INSERT INTO judgments_assignment (id, task_id, stage_id, rater_id, presentation, arrival_id, conflict_key, personalized_left,
    started_at, active_ms, draft_revision, missing_attributes, comment, outcome, revision, submitted_at)
SELECT id, task, stage, rater, 0, CASE WHEN number = 3 THEN (rater - 1) * 10 + 1 + task % 10 END, conflict_key,
    CASE WHEN number = 3 THEN (task + n) % 2 = 0 END, now() - task % 500000 * interval '1 second' - interval '1 hour',
    5000 + task * 7919 % 60000, 0, '', '', 'submitted', 1, now() - task % 500000 * interval '1 second'
FROM page
"""
_SLOTS = """
INSERT INTO judgments_slot (task_id, stage_id, position, number, assignment_id, leased_at, lease_expires_at, filled_at, withdrawn)
SELECT task, stage, position, n, id, now(), now(), now(), false FROM page WHERE n IS NOT NULL;
INSERT INTO judgments_slot (task_id, stage_id, position, number, withdrawn)
SELECT {subjects} + c, {stage3}, c * 7919::bigint % {comparisons}, n, false
FROM generate_series(1, {comparisons}) c, generate_series(1, {k}) n
WHERE c * 7919::bigint % {comparisons} >= {judged}
"""
_JUDGMENTS = """
INSERT INTO judgments_judgment (unit_id, rater_id, presentation, stage_number, assignment_id, label, failure_mode, note, revision,
    submitted_at, exclusion_reason)
SELECT unit.id, page.rater, 0, page.number, page.id,
    CASE page.number WHEN 1 THEN 1 + (unit.id + page.rater) % 3 ELSE 1 + (unit.id * 7 + page.rater * 3) % 5 END, '', '', 1, now(), ''
FROM page JOIN judgments_unit unit ON unit.task_id = page.task;
DROP TABLE page
"""
_RUNS = """
INSERT INTO generation_run (study_id, kind, system_id, endpoint_id, configuration, state, budget, stop_reason, started_at)
SELECT {study}, 'responses', 1, {endpoint}, '{{"templates": {{"respond-generic": 1, "respond-personalized": 1}}, "parameters": {{}}}}', 'paused', 1000, '', now()
FROM generate_series(1, 10) n;
INSERT INTO generation_runitem (run_id, case_id, response_kind, state, attempts, reason_code, reason, produced, notes, worker,
    finished_at)
SELECT 1, (n - 1) / 2 + 1, CASE n % 2 WHEN 0 THEN 'generic' ELSE 'personalized' END,
    CASE WHEN n % 20 = 0 THEN 'failed' WHEN n % 20 = 1 THEN 'waiting' ELSE 'done' END, 0,
    CASE WHEN n % 20 = 0 THEN 'server_error' ELSE '' END, '', (n % 20 > 1)::int, '{{}}', '',
    CASE WHEN n % 20 <> 1 THEN now() - interval '1 day' END
FROM generate_series(1, {items}) n;
INSERT INTO generation_modelcall (item_id, attempt, part, state, template, parameters, request_hash, model, answer, input_tokens,
    output_tokens, cost, reason_code, error, finished_at)
SELECT n, 1, 0, CASE WHEN n % 20 = 0 THEN 'failed' ELSE 'done' END, 'response v1', '{{}}', md5(n::text), 'm', '', 900, 300, 0.001,
    CASE WHEN n % 20 = 0 THEN 'server_error' ELSE '' END, '', now() FROM generate_series(1, {items}) n WHERE n % 20 <> 1
"""
_EXPORTS = """
INSERT INTO reports_export (study_id, kind, format, state, stages, withheld, file, rows, size, sha256, failure, attempts,
    requested_at)
SELECT {study}, 'judgments', 'csv', 'done', ARRAY[1], ARRAY[]::int[], 'none', 1000000, 1000000, md5(n::text), '', 1, now()
FROM generate_series(1, {exports}) n;
UPDATE conversations_stage SET state = CASE number WHEN 1 THEN 'closed' WHEN 2 THEN 'draft' ELSE 'open' END,
    opened_at = CASE WHEN number <> 2 THEN now() - interval '9 days' END WHERE study_id = {study}
"""
_STATEMENTS = (
    _BATCHES,
    _MATERIAL,
    _CASES,
    _RESPONSES,
    _COMPARISONS,
    _TASKS,
    _RATERS,
    _PAGES,
    _ASSIGNMENTS,
    _SLOTS,
    _JUDGMENTS,
    _RUNS,
    _EXPORTS,
)


def large_study(owner: User) -> Study:
    """In an empty database: ids are counted from 1."""
    study = create_study(user=owner, title="Large", slug="large", k=K)
    stages = {f"stage{stage.number}": stage.pk for stage in study.stages.all()}
    known = _SIZES | stages | {"study": study.pk, "endpoint": ensure_default_endpoint(study).pk}
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        for statements in _STATEMENTS:
            for statement in statements.format(**known).split(";\n"):
                cursor.execute(statement)
    fold_all()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    freeze_cards(study.stages.get(number=3), now=timezone.now())
    return study
