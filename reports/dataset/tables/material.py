"""What is judged: units, comparisons, selections, subjects."""

from reports.dataset.tables.arms import ARM, AT_LENGTH, IN_SHORT
from reports.dataset.tables.sources import EVIDENCE, SUBJECT_KEY, TARGET, system_name
from reports.dataset.tables.table import Column, Kind, Table

ITEMS = Table(
    name="items",
    meaning="one row is one unit, judged or not",
    source=f"""
FROM judgments_unit unit
JOIN judgments_task task ON task.id = unit.task_id
JOIN conversations_stage stage ON stage.id = task.stage_id
{TARGET}{ARM}
WHERE stage.study_id = %(study)s
""",
    order="unit.id",
    columns=(
        Column("unit_id", Kind.INTEGER, "unit.id", "the unit"),
        Column("stage", Kind.INTEGER, "stage.number", "1 attribute extraction, 2 relevance, 3 response"),
        Column("task_id", Kind.INTEGER, "task.id", "the page it is on"),
        Column("task_kind", Kind.TEXT, "task.kind", "regular, gold, practice, attention or control"),
        Column("withdrawn", Kind.TRUTH, "task.withdrawn_at IS NOT NULL", "no longer given to raters"),
        Column("subject_key", Kind.TEXT, SUBJECT_KEY, "pseudonym of the subject"),
        Column("subject_origin", Kind.TEXT, "subject.origin", "real, synthetic, illustrative or unknown"),
        Column(
            "batch_id",
            Kind.INTEGER,
            "COALESCE(comparison.batch_id, case_.batch_id, attribute.batch_id, subject.batch_id)",
            "the upload it came with; none for what was generated here",
        ),
        Column("prompt_id", Kind.TEXT, "prompt.external_id", "the uploader's id of the prompt (stages 2 and 3)"),
        Column("prompt_text", Kind.TEXT, "prompt.text", "its text"),
        Column("prompt_topic", Kind.TEXT, "NULLIF(prompt.topic, '')", "its topic, if the uploader gave one"),
        Column("case_id", Kind.INTEGER, "case_.id", "the (subject, prompt) pair"),
        Column("attribute_id", Kind.INTEGER, "unit.attribute_id", "the attribute; none for stage 3's overall unit"),
        Column("attribute_text", Kind.TEXT, "attribute.text", "its text"),
        Column("attribute_type", Kind.TEXT, "NULLIF(attribute.type, '')", "its type, if the system gave one"),
        Column("attribute_reason", Kind.TEXT, "attribute.reason", "the system's reason for it"),
        Column("attribute_confidence", Kind.NUMBER, "attribute.confidence", "the system's confidence, 0 to 1"),
        Column(
            "attribute_evidence",
            Kind.JSON,
            "attribute.evidence",
            "list of {conversation, turn, quote, start, end, state}: what it rests on; found_by: search, where nobody gave it",
            parts=EVIDENCE,
        ),
        Column(
            "attribute_merged_from",
            Kind.JSON,
            "attribute.merged_from",
            "near-duplicates that became this one, as texts",
        ),
        Column("attribute_system", Kind.TEXT, system_name("attribute_system"), "the system that extracted it"),
        Column("attribute_mentioned", Kind.TRUTH, "given.mentioned", "named explicitly in the personalized response"),
        Column(
            "attribute_mention_method", Kind.TEXT, "given.mention_method", "who decided that: rule, model or upload"
        ),
        Column("attribute_mention_model", Kind.TEXT, "NULLIF(given.mention_model, '')", "which model, where one did"),
        Column("comparison_id", Kind.INTEGER, "task.comparison_id", "the pair of responses (stage 3)"),
        Column("response_system", Kind.TEXT, system_name("response_system"), "the system that wrote them"),
        Column("expected_label", Kind.INTEGER, "unit.expected_label", "gold: the label that is known to be right"),
        Column("instruction", Kind.TEXT, "NULLIF(unit.instruction, '')", "attention check: what the rater was asked"),
        *IN_SHORT,
    ),
)

COMPARISONS = Table(
    name="comparisons",
    meaning="one row is the generic and the personalized response of one arm for one case",
    source=f"""
FROM conversations_comparison comparison
JOIN conversations_case case_ ON case_.id = comparison.case_id
JOIN conversations_subject subject ON subject.id = case_.subject_id
JOIN conversations_prompt prompt ON prompt.id = case_.prompt_id
JOIN conversations_system response_system ON response_system.id = comparison.system_id
JOIN conversations_response generic ON generic.id = comparison.generic_id
JOIN conversations_response personalized ON personalized.id = comparison.personalized_id
{ARM}
WHERE subject.study_id = %(study)s
""",
    order="comparison.id",
    columns=(
        Column("comparison_id", Kind.INTEGER, "comparison.id", "the pair of responses"),
        Column("case_id", Kind.INTEGER, "case_.id", "the (subject, prompt) pair"),
        Column("subject_key", Kind.TEXT, SUBJECT_KEY, "pseudonym of the subject"),
        Column("prompt_id", Kind.TEXT, "prompt.external_id", "the uploader's id of the prompt"),
        Column("prompt_text", Kind.TEXT, "prompt.text", "its text"),
        Column("prompt_topic", Kind.TEXT, "NULLIF(prompt.topic, '')", "its topic, if the uploader gave one"),
        Column("response_system", Kind.TEXT, system_name("response_system"), "the system that wrote both"),
        Column("generic_text", Kind.TEXT, "generic.text", "the response to the prompt alone"),
        Column("personalized_text", Kind.TEXT, "personalized.text", "the response to the prompt and the attributes"),
        Column("generic_characters", Kind.INTEGER, "length(generic.text)", "its length"),
        Column("personalized_characters", Kind.INTEGER, "length(personalized.text)", "its length"),
        Column("generic_tokens", Kind.INTEGER, "generic.input_tokens + generic.output_tokens", "tokens it took"),
        Column(
            "personalized_tokens",
            Kind.INTEGER,
            "personalized.input_tokens + personalized.output_tokens",
            "tokens it took",
        ),
        Column("generic_latency_ms", Kind.INTEGER, "generic.latency_ms", "milliseconds it took"),
        Column("personalized_latency_ms", Kind.INTEGER, "personalized.latency_ms", "milliseconds it took"),
        Column("generic_cost", Kind.NUMBER, "generic.cost", "what it cost, in the endpoint's currency"),
        Column("personalized_cost", Kind.NUMBER, "personalized.cost", "what it cost, in the endpoint's currency"),
        Column("identical", Kind.TRUTH, "comparison.identical", "the same text twice: a tie no human was asked about"),
        Column(
            "leak_reasons",
            Kind.JSON,
            "to_jsonb(comparison.leak_reasons)",
            "why the leak scan held it; an empty list if it did not",
        ),
        Column(
            "released",
            Kind.TRUTH,
            "comparison.released_at IS NOT NULL",
            "held by the leak scan and released by an admin",
        ),
        Column("withdrawn", Kind.TRUTH, "comparison.withdrawn_at IS NOT NULL", "no longer given to raters"),
        Column(
            "control",
            Kind.TEXT,
            "NULLIF(comparison.control, '')",
            "obvious, damaged or personal where it is a control: then personalized is the side that is right, and there is no arm",
        ),
        Column(
            "borrowed_from",
            Kind.TEXT,
            "(SELECT 'subject-' || other.number FROM conversations_subject other WHERE other.id = comparison.borrowed_from_id)",
            "personal controls: pseudonym of the subject that the wrong text was written for",
        ),
        Column(
            "for_controls", Kind.TRUTH, "case_.for_controls", "of a case set aside for controls: of no arm's effect"
        ),
        *AT_LENGTH,
    ),
)

_POOL = (
    "what it chose from: all (its selection), or accepted (asked anew among those accepted at stage 1, for the policy "
    "accepted; in no figure of stage 2)"
)

SELECTIONS = Table(
    name="selections",
    meaning="one row is a system's decision whether an attribute is used for a case",
    source="""
FROM conversations_selection selection
JOIN conversations_case case_ ON case_.id = selection.case_id
JOIN conversations_subject subject ON subject.id = case_.subject_id
JOIN conversations_prompt prompt ON prompt.id = case_.prompt_id
JOIN conversations_system selecting_system ON selecting_system.id = selection.system_id
JOIN conversations_attribute attribute ON attribute.id = selection.attribute_id
JOIN conversations_system attribute_system ON attribute_system.id = attribute.system_id
WHERE subject.study_id = %(study)s
""",
    order="selection.id",
    columns=(
        Column("system", Kind.TEXT, system_name("selecting_system"), "the system that selected"),
        Column("case_id", Kind.INTEGER, "case_.id", "the (subject, prompt) pair"),
        Column("subject_key", Kind.TEXT, SUBJECT_KEY, "pseudonym of the subject"),
        Column("prompt_id", Kind.TEXT, "prompt.external_id", "the uploader's id of the prompt"),
        Column("prompt_text", Kind.TEXT, "prompt.text", "its text"),
        Column("attribute_id", Kind.INTEGER, "selection.attribute_id", "the attribute"),
        Column("attribute_text", Kind.TEXT, "attribute.text", "its text"),
        Column("attribute_system", Kind.TEXT, system_name("attribute_system"), "the system that extracted it"),
        Column("selected", Kind.TRUTH, "selection.selected", "whether it is used"),
        Column("score", Kind.NUMBER, "selection.score", "the score it was selected by, if there was one"),
        Column("pool", Kind.TEXT, "selection.pool", _POOL),
    ),
)

SELECTION_RECORDS = Table(
    name="selection_records",
    meaning="one row is a case that a system spoke about: what it did not select there is a no, elsewhere it is missing",
    source="""
FROM conversations_selectionrecord record
JOIN conversations_case case_ ON case_.id = record.case_id
JOIN conversations_subject subject ON subject.id = case_.subject_id
JOIN conversations_prompt prompt ON prompt.id = case_.prompt_id
JOIN conversations_system selecting_system ON selecting_system.id = record.system_id
WHERE subject.study_id = %(study)s
""",
    order="record.id",
    columns=(
        Column("system", Kind.TEXT, system_name("selecting_system"), "the system that spoke"),
        Column("case_id", Kind.INTEGER, "case_.id", "the (subject, prompt) pair"),
        Column("subject_key", Kind.TEXT, SUBJECT_KEY, "pseudonym of the subject"),
        Column("prompt_id", Kind.TEXT, "prompt.external_id", "the uploader's id of the prompt"),
        Column("prompt_text", Kind.TEXT, "prompt.text", "its text"),
        Column("spoken_at", Kind.MOMENT, "record.spoken_at", "when it was stored that the system spoke"),
        Column("pool", Kind.TEXT, "record.pool", _POOL),
    ),
)

SUBJECTS = Table(
    name="subjects",
    meaning="one row is one subject",
    source="""
FROM conversations_subject subject
LEFT JOIN LATERAL (
    SELECT count(*) AS conversations
    FROM conversations_conversation
    WHERE subject_id = subject.id AND withdrawn_at IS NULL
) uploaded ON true
WHERE subject.study_id = %(study)s
""",
    order="subject.id",
    columns=(
        Column("subject_key", Kind.TEXT, SUBJECT_KEY, "pseudonym of the subject"),
        Column("subject_origin", Kind.TEXT, "subject.origin", "real, synthetic, illustrative or unknown"),
        Column("conversations", Kind.INTEGER, "uploaded.conversations", "conversations that were uploaded"),
        Column(
            "stated_conversations",
            Kind.INTEGER,
            "subject.stated_conversations",
            "how many there are, as stated by who uploaded the subject without transcripts",
        ),
        Column("withdrawn", Kind.TRUTH, "subject.withdrawn_at IS NOT NULL", "taken out of the study"),
    ),
)
