"""Rows from which the files of other tools are made. Not tables of the dataset: they say nothing that those do not."""

from judgments.counting import GIVEN_SQL
from reports.dataset.tables.arms import ARM, IN_SHORT
from reports.dataset.tables.sources import SUBJECT_KEY, TARGET, label_word, system_name
from reports.dataset.tables.table import Column, Kind, Table

# Of each unit the labels of humans that were not excluded, by the order they came in.
_LABELS = f"""
JOIN LATERAL (
    SELECT avg(judgment.label)::float8 AS mean,
        jsonb_agg(
            jsonb_build_object(
                'rater_id', judgment.rater_id,
                'label', judgment.label,
                'word', {label_word("judgment.label")},
                'note', judgment.note,
                'left', assignment.personalized_left
            )
            ORDER BY judgment.id
        ) AS labels
    FROM judgments_judgment judgment
    JOIN raters_rater rater ON rater.id = judgment.rater_id AND rater.kind = 'human'
    LEFT JOIN judgments_assignment assignment ON assignment.id = judgment.assignment_id
    WHERE judgment.unit_id = unit.id AND judgment.presentation = 0 AND judgment.excluded_at IS NULL
        AND {GIVEN_SQL}
) given_by ON given_by.mean IS NOT NULL
"""  # noqa: S608 - of our own words only

JUDGED_UNITS = Table(
    name="judged_units",
    meaning="one row is a regular unit with the humans' labels",
    source=f"""
FROM judgments_unit unit
JOIN judgments_task task ON task.id = unit.task_id AND task.kind = 'regular'
JOIN conversations_stage stage ON stage.id = task.stage_id
{TARGET}{ARM}
LEFT JOIN conversations_response generic ON generic.id = comparison.generic_id
LEFT JOIN conversations_response personalized ON personalized.id = comparison.personalized_id
{_LABELS}
WHERE stage.study_id = %(study)s AND stage.number = ANY(%(stages)s)
""",
    order="unit.id",
    withheld=True,
    columns=(
        Column("unit_id", Kind.INTEGER, "unit.id", "the unit"),
        Column("stage", Kind.INTEGER, "stage.number", "1 attribute extraction, 2 relevance, 3 response"),
        Column("subject_key", Kind.TEXT, SUBJECT_KEY, "pseudonym of the subject"),
        Column("comparison_id", Kind.INTEGER, "task.comparison_id", "the pair of responses"),
        Column("prompt", Kind.TEXT, "prompt.text", "the prompt"),
        Column("topic", Kind.TEXT, "NULLIF(prompt.topic, '')", "its topic"),
        Column("attribute", Kind.TEXT, "attribute.text", "the attribute; none for the overall unit"),
        Column("evidence", Kind.JSON, "attribute.evidence", "what it rests on"),
        Column("system", Kind.TEXT, system_name("response_system"), "the system that wrote the responses"),
        IN_SHORT[1],
        Column("generic", Kind.TEXT, "generic.text", "the generic response"),
        Column("personalized", Kind.TEXT, "personalized.text", "the personalized response"),
        Column("mean", Kind.NUMBER, "given_by.mean", "the mean of the labels"),
        Column("labels", Kind.JSON, "given_by.labels", "each rater's label"),
    ),
)
