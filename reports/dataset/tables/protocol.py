"""What the raters were told."""

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
