"""Cases on which an arm left the response as it was: a tie that nobody is asked about."""

from reports.dataset.tables.arms import AT_LENGTH
from reports.dataset.tables.sources import SUBJECT_KEY, system_name
from reports.dataset.tables.table import Column, Kind, Table

NOTHING_GIVEN, EMPTY_SELECTION, IDENTICAL = "no attributes", "empty selection", "identical texts"
_POOL = "CASE arm.policy WHEN 'accepted' THEN 'accepted' ELSE 'all' END"

SILENT_CASES = Table(
    name="silent_cases",
    meaning="one row is a case on which an arm is silent: it left the response as it was, a tie that nobody is asked about",
    source="""
FROM (
    SELECT 2 * id AS place, arm_id, case_id, batch_id, NULL::bigint AS comparison_id, false AS withdrawn
    FROM conversations_silentcase
    UNION ALL
    SELECT 2 * id + 1, arm_id, case_id, batch_id, id, withdrawn_at IS NOT NULL
    FROM conversations_comparison WHERE identical AND control = ''
) silent
JOIN conversations_case case_ ON case_.id = silent.case_id
JOIN conversations_subject subject ON subject.id = case_.subject_id
JOIN conversations_prompt prompt ON prompt.id = case_.prompt_id
LEFT JOIN conversations_comparison comparison ON comparison.id = silent.comparison_id
LEFT JOIN conversations_arm arm ON arm.id = silent.arm_id
LEFT JOIN conversations_system arm_selecting ON arm_selecting.id = arm.selecting_system_id
LEFT JOIN conversations_system response_system
    ON response_system.id = COALESCE(arm.system_id, comparison.system_id)
WHERE subject.study_id = %(study)s
""",
    order="silent.place",
    columns=(
        Column("case_id", Kind.INTEGER, "case_.id", "the (subject, prompt) pair"),
        Column("subject_key", Kind.TEXT, SUBJECT_KEY, "pseudonym of the subject"),
        Column("subject_origin", Kind.TEXT, "subject.origin", "real, synthetic, illustrative or unknown"),
        Column("prompt_id", Kind.TEXT, "prompt.external_id", "the uploader's id of the prompt"),
        Column("prompt_text", Kind.TEXT, "prompt.text", "its text"),
        Column("prompt_topic", Kind.TEXT, "NULLIF(prompt.topic, '')", "its topic, if the uploader gave one"),
        Column(
            "batch_id",
            Kind.INTEGER,
            "COALESCE(silent.batch_id, case_.batch_id, subject.batch_id)",
            "the upload it came with",
        ),
        Column("response_system", Kind.TEXT, system_name("response_system"), "the system of the arm"),
        Column("comparison_id", Kind.INTEGER, "silent.comparison_id", "the pair of identical texts, if there is one"),
        Column(
            "reason",
            Kind.TEXT,
            f"""CASE WHEN silent.comparison_id IS NOT NULL THEN '{IDENTICAL}' WHEN EXISTS (
                SELECT FROM conversations_selectionrecord record
                WHERE record.case_id = silent.case_id AND record.pool = {_POOL}
                    AND record.system_id = COALESCE(arm.selecting_system_id, arm.system_id)
            ) AND arm.policy IN ('own', 'accepted', 'selection') THEN '{EMPTY_SELECTION}' ELSE '{NOTHING_GIVEN}' END""",
            f"why: {EMPTY_SELECTION} (of the attributes it may use, none was selected), {NOTHING_GIVEN} (it was given none), "
            f"{IDENTICAL}",
        ),
        Column(
            "withdrawn",
            Kind.TRUTH,
            "silent.withdrawn OR subject.withdrawn_at IS NOT NULL OR prompt.withdrawn_at IS NOT NULL",
            "the subject, the prompt or the pair was taken out: counted in no figure",
        ),
        Column(
            "for_controls", Kind.TRUTH, "case_.for_controls", "of a case set aside for controls: of no arm's effect"
        ),
        *AT_LENGTH,
    ),
)
