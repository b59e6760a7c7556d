"""What the raters' labels come to."""

from reports.dataset.tables.sources import SUBJECT_KEY, label_word
from reports.dataset.tables.table import Column, Kind, Table

CONSENSUS = Table(
    name="consensus",
    meaning="one row is the consensus on one unit that has human labels, or a panel's",
    source="""
FROM judgments_consensus consensus
JOIN conversations_stage stage ON stage.id = consensus.stage_id
JOIN judgments_unit unit ON unit.id = consensus.unit_id
JOIN judgments_task task ON task.id = unit.task_id
LEFT JOIN conversations_comparison comparison ON comparison.id = task.comparison_id
LEFT JOIN conversations_case case_ ON case_.id = COALESCE(task.case_id, comparison.case_id)
JOIN conversations_subject subject ON subject.id = COALESCE(task.subject_id, case_.subject_id)
LEFT JOIN judgments_adjudication adjudication ON adjudication.unit_id = consensus.unit_id
WHERE stage.study_id = %(study)s AND stage.number = ANY(%(stages)s)
""",
    order="consensus.unit_id",
    withheld=True,
    columns=(
        Column("unit_id", Kind.INTEGER, "consensus.unit_id", "the unit"),
        Column("stage", Kind.INTEGER, "stage.number", "1 attribute extraction, 2 relevance, 3 response"),
        Column("subject_key", Kind.TEXT, SUBJECT_KEY, "pseudonym of the subject"),
        Column(
            "consensus",
            Kind.NUMBER,
            "consensus.label",
            "stage 1 strict majority, else unsure (1 accept, 2 unsure, 3 reject); stage 2 strict majority for yes "
            "(1), else no (0); stage 3 the mean of 1..5",
        ),
        Column(
            "label",
            Kind.TEXT,
            f"CASE WHEN stage.number < 3 THEN {label_word('consensus.label::integer')} ELSE consensus.label::text END",
            "the same as a word (stage 3: the number)",
        ),
        Column("raters", Kind.INTEGER, "consensus.raters", "counted human ratings behind it"),
        Column("provisional", Kind.TRUTH, "consensus.provisional", "fewer ratings than the stage's k"),
        Column("by_panel", Kind.TRUTH, "consensus.by_panel", "a panel's label stands in for absent human labels"),
        Column("adjudicated", Kind.TRUTH, "consensus.adjudicated", "an adjudicator's label overrides the raters'"),
        Column("adjudicated_at", Kind.MOMENT, "adjudication.decided_at", "when the adjudicator decided, UTC"),
        Column("adjudication_note", Kind.TEXT, "adjudication.note", "why they decided so, in their words"),
    ),
)
