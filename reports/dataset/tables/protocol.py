"""What the raters were told, and what of a person's conversations they were given to read."""

from reports.dataset.tables.sources import SUBJECT_KEY
from reports.dataset.tables.table import Column, Kind, Table

GUIDELINES = Table(
    name="guidelines",
    meaning="one row is one version of a stage's guidelines",
    source="""
FROM conversations_guidelines guidelines
JOIN conversations_stage stage ON stage.id = guidelines.stage_id
WHERE stage.study_id = %(study)s
""",
    order="stage.number, guidelines.version",
    columns=(
        Column("stage", Kind.INTEGER, "stage.number", "1 attribute extraction, 2 relevance, 3 response"),
        Column(
            "version",
            Kind.INTEGER,
            "guidelines.version",
            "as in judgments.guidelines_version; the last one is in force",
        ),
        Column("text", Kind.TEXT, "guidelines.text", "what raters were told, in Markdown"),
        Column(
            "sha256",
            Kind.TEXT,
            "encode(sha256(convert_to(guidelines.text, 'UTF8')), 'hex')",
            "SHA-256 of the text in UTF-8, to cite it by",
        ),
        Column("created_at", Kind.MOMENT, "guidelines.created_at", "when the version was written, UTC"),
    ),
)

READING_LISTS = Table(
    name="reading_lists",
    meaning="one row is what a reading rule of stage 1 came to for one page",
    source="""
FROM judgments_readinglist reading
JOIN judgments_task task ON task.id = reading.task_id
JOIN conversations_subject subject ON subject.id = task.subject_id
WHERE subject.study_id = %(study)s
""",
    order="reading.id",
    columns=(
        Column("task_id", Kind.INTEGER, "reading.task_id", "the page, as in judgments.task_id"),
        Column("subject_key", Kind.TEXT, SUBJECT_KEY, "pseudonym of the subject"),
        Column(
            "rule",
            Kind.TEXT,
            "reading.rule",
            "drawn and how many others, or words and how many; its words are among the facts of judgments.rules",
        ),
        Column(
            "conversation_ids",
            Kind.JSON,
            "to_jsonb(reading.conversation_ids)",
            "conversations drawn for all raters of the page, as in judgments.conversation_ids; "
            "evidence found later is read too",
        ),
        Column("frozen_at", Kind.MOMENT, "reading.frozen_at", "when the first page was given under the rule, UTC"),
    ),
)
