"""Who judged, by pseudonym."""

from judgments.counting import GIVEN_SQL
from raters.enums import UPLOADED
from reports.dataset.tables.sources import SUBJECT_KEY
from reports.dataset.tables.table import Column, Kind, Table

# Who was named by an upload and never came here.
_UPLOADED = (
    f"(rater.user_id IS NULL AND enrolment.entry_link_id IS NULL AND right(rater.name, {len(UPLOADED)}) = '{UPLOADED}')"
)

RATERS = Table(
    name="raters",
    meaning="one row is one rater who judged in the study",
    source=f"""
FROM (
    SELECT judgment.rater_id, count(*) AS judgments, min(judgment.submitted_at) AS first_at
    FROM judgments_judgment judgment
    LEFT JOIN judgments_assignment assignment ON assignment.id = judgment.assignment_id
    JOIN judgments_unit unit ON unit.id = judgment.unit_id
    JOIN judgments_task task ON task.id = unit.task_id
    JOIN conversations_stage stage ON stage.id = task.stage_id
    WHERE stage.study_id = %(study)s AND stage.number = ANY(%(stages)s) AND {GIVEN_SQL}
    GROUP BY judgment.rater_id
) judged
JOIN raters_rater rater ON rater.id = judged.rater_id
LEFT JOIN raters_enrolment enrolment ON enrolment.rater_id = rater.id AND enrolment.study_id = %(study)s
LEFT JOIN raters_entrylink link ON link.id = enrolment.entry_link_id
LEFT JOIN conversations_consenttext consent ON consent.id = enrolment.consent_id
WHERE true
""",  # noqa: S608 - of our own words only
    order="rater.id",
    withheld=True,
    columns=(
        Column("rater_key", Kind.INTEGER, "rater.id", "pseudonym, different in every study", names_rater=True),
        Column("rater_kind", Kind.TEXT, "rater.kind", "human, model or panel"),
        Column(
            "rater_name",
            Kind.TEXT,
            f"CASE WHEN rater.kind <> 'human' OR {_UPLOADED} THEN rater.name END",
            "name of a model or panel; of a human only one that was uploaded, as NAME (uploaded)",
        ),
        Column("is_subject", Kind.TRUTH, "rater.subject_id IS NOT NULL", "a subject of the study, rating themselves"),
        Column("judgments", Kind.INTEGER, "judged.judgments", "rows in the judgments table"),
        Column("languages", Kind.JSON, "to_jsonb(enrolment.languages)", "languages the rater declared"),
        Column("consent_version", Kind.INTEGER, "consent.version", "version of the consent text they agreed to"),
        Column(
            "consent_language",
            Kind.TEXT,
            "NULLIF(enrolment.consent_language, '')",
            "language in which they read it; none where it was the study's own, or where no consent is known",
        ),
        Column(
            "entry_link",
            Kind.TEXT,
            "COALESCE(link.label, NULLIF(enrolment.imported_link, ''))",
            "label of the entry link that the rater first came by; none for who came by no link",
        ),
        Column(
            "platform",
            Kind.TEXT,
            "COALESCE(NULLIF(enrolment.imported_platform, ''), CASE WHEN link.id IS NOT NULL THEN enrolment.platform END)",
            'platform that the rater came from, "open" for none in particular; none for who came by no link',
        ),
    ),
)

BLINDING_ANSWERS = Table(
    name="blinding_answers",
    meaning="one row is one answer to: which response did you take for the personalized one?",
    source="""
FROM judgments_blindinganswer answer
JOIN judgments_assignment assignment ON assignment.id = answer.assignment_id
JOIN judgments_task task ON task.id = assignment.task_id
JOIN conversations_stage stage ON stage.id = assignment.stage_id
JOIN conversations_comparison comparison ON comparison.id = task.comparison_id
JOIN conversations_case case_ ON case_.id = comparison.case_id
JOIN conversations_subject subject ON subject.id = case_.subject_id
WHERE stage.study_id = %(study)s AND stage.number = ANY(%(stages)s)
""",
    order="answer.id",
    withheld=True,
    columns=(
        Column("assignment_id", Kind.TEXT, "assignment.id", "the rater at the task"),
        Column("comparison_id", Kind.INTEGER, "task.comparison_id", "the pair of responses"),
        Column("subject_key", Kind.TEXT, SUBJECT_KEY, "pseudonym of the subject"),
        Column(
            "rater_key", Kind.INTEGER, "assignment.rater_id", "pseudonym, different in every study", names_rater=True
        ),
        Column(
            "guess",
            Kind.TEXT,
            "answer.guess",
            "which one the rater took for the personalized one: personalized, generic or cannot_tell",
        ),
        Column("sureness", Kind.INTEGER, "answer.sureness", "1 = a guess, 5 = certain"),
        Column(
            "shown_left",
            Kind.TEXT,
            "CASE assignment.personalized_left WHEN true THEN 'personalized' WHEN false THEN 'generic' END",
            "which response was on the left for this rater",
        ),
    ),
)
