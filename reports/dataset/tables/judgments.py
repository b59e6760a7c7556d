"""One row is one rater's judgment of one unit."""

from judgments.counting import COUNTED_SQL, GIVEN_SQL
from reports.dataset.tables.arms import ARM, IN_SHORT
from reports.dataset.tables.sources import SUBJECT_KEY, TARGET, label_word, system_name
from reports.dataset.tables.table import Column, Kind, Table
from reports.dataset.versions import APP_VERSION, PROTOCOL_VERSION

_SOURCE = f"""
FROM judgments_judgment judgment
JOIN judgments_unit unit ON unit.id = judgment.unit_id
JOIN judgments_task task ON task.id = unit.task_id
JOIN conversations_stage stage ON stage.id = task.stage_id
JOIN conversations_study study ON study.id = stage.study_id
JOIN raters_rater rater ON rater.id = judgment.rater_id
LEFT JOIN judgments_assignment assignment ON assignment.id = judgment.assignment_id
LEFT JOIN conversations_guidelines guidelines ON guidelines.id = assignment.guidelines_id
LEFT JOIN LATERAL (
    SELECT count(*) AS number FROM judgments_rulesinforce earlier
    WHERE earlier.stage_id = assignment.stage_id AND earlier.id <= assignment.rules_id
) rules ON true
{TARGET}{ARM}
WHERE stage.study_id = %(study)s AND stage.number = ANY(%(stages)s) AND {GIVEN_SQL}
"""  # noqa: S608 - of our own words only

# What the rater chose: at stage 3 the canonical label, turned round where the personalized response was on the right.
_AS_SEEN = (
    "CASE WHEN stage.number < 3 THEN judgment.label WHEN assignment.personalized_left IS NULL THEN NULL "
    "WHEN assignment.personalized_left THEN 6 - judgment.label ELSE judgment.label END"
)
_CONVERSATIONS = (
    "(SELECT COALESCE(jsonb_agg(DISTINCT pointer -> 'conversation'), '[]') "
    "FROM jsonb_array_elements(attribute.evidence) pointer WHERE pointer ->> 'conversation' IS NOT NULL)"
)
_WALL = "round(extract(epoch FROM assignment.submitted_at - assignment.started_at) * 1000)::bigint"

JUDGMENTS = Table(
    name="judgments",
    meaning="one row is one rater's judgment of one unit",
    source=_SOURCE,
    order="judgment.id",
    withheld=True,
    columns=(
        Column("study_id", Kind.TEXT, "study.slug", "the study's short name, as in its address"),
        Column("protocol_version", Kind.TEXT, f"'{PROTOCOL_VERSION}'", "version of the protocol the labels follow"),
        Column("stage", Kind.INTEGER, "stage.number", "1 attribute extraction, 2 relevance, 3 response"),
        Column("task_id", Kind.INTEGER, "task.id", "the page the unit was on"),
        Column("task_kind", Kind.TEXT, "task.kind", "regular, gold, practice, attention or control"),
        Column("unit_id", Kind.INTEGER, "unit.id", "what was judged: the same for every rater, human or model"),
        Column("subject_key", Kind.TEXT, SUBJECT_KEY, "pseudonym of the subject"),
        Column(
            "subject_origin",
            Kind.TEXT,
            "subject.origin",
            "real, synthetic, illustrative or unknown, as stated at upload",
        ),
        Column("conversation_ids", Kind.JSON, _CONVERSATIONS, "conversations that the attribute's evidence points to"),
        Column("prompt_id", Kind.TEXT, "prompt.external_id", "the uploader's id of the prompt (stages 2 and 3)"),
        Column("prompt_text", Kind.TEXT, "prompt.text", "its text"),
        Column("attribute_id", Kind.INTEGER, "unit.attribute_id", "the attribute; none for stage 3's overall unit"),
        Column("attribute_text", Kind.TEXT, "attribute.text", "its text"),
        Column("attribute_system", Kind.TEXT, system_name("attribute_system"), "the system that extracted it"),
        Column(
            "attribute_mentioned",
            Kind.TRUTH,
            "given.mentioned",
            "whether the personalized response mentions the attribute explicitly",
        ),
        Column("comparison_id", Kind.INTEGER, "task.comparison_id", "the pair of responses (stage 3)"),
        Column("response_system", Kind.TEXT, system_name("response_system"), "the system that wrote them"),
        Column("generic_response_id", Kind.INTEGER, "comparison.generic_id", "the generic response"),
        Column("personalized_response_id", Kind.INTEGER, "comparison.personalized_id", "the personalized response"),
        Column(
            "shown_left",
            Kind.TEXT,
            "CASE assignment.personalized_left WHEN true THEN 'personalized' WHEN false THEN 'generic' END",
            "which response was on the left for this rater: generic or personalized",
        ),
        Column(
            "rater_key",
            Kind.INTEGER,
            "judgment.rater_id",
            "pseudonym of the rater, different in every study",
            names_rater=True,
        ),
        Column("rater_kind", Kind.TEXT, "rater.kind", "human, model or panel"),
        Column(
            "rater_name",
            Kind.TEXT,
            "CASE WHEN rater.kind <> 'human' THEN rater.name END",
            "name of a model or panel; none for humans (the table of raters has the names of humans that were uploaded, "
            "as NAME (uploaded))",
        ),
        Column("judgment_id", Kind.INTEGER, "judgment.id", "the row: one rater's judgment of one unit"),
        Column(
            "presentation",
            Kind.INTEGER,
            "judgment.presentation",
            "0 the counted one, 1 a repeat or the swapped order",
        ),
        Column(
            "answer_raw",
            Kind.INTEGER,
            _AS_SEEN,
            "what was chosen: at stage 3 from 1 = left much better to 5 = right much better; "
            "none where no side is known (imports)",
        ),
        Column(
            "answer_recoded",
            Kind.INTEGER,
            "judgment.label",
            "the canonical label: stage 1 1 accept, 2 unsure, 3 reject; stage 2 1 yes, 0 no; "
            "stage 3 from 1 = generic much better to 5 = personalized much better",
        ),
        Column("label", Kind.TEXT, label_word("judgment.label"), "the same as a word (stage 3: the number)"),
        Column(
            "expected_label",
            Kind.INTEGER,
            "unit.expected_label",
            "gold, practice and attention checks: the label that is known to be right",
        ),
        Column(
            "failure_mode",
            Kind.TEXT,
            "NULLIF(judgment.failure_mode, '')",
            "stage 1, unsure and reject: what is wrong with the attribute",
        ),
        Column("note", Kind.TEXT, "judgment.note", "the rater's note on the unit"),
        Column("comment", Kind.TEXT, "COALESCE(assignment.comment, '')", "the rater's comment on the page"),
        Column(
            "missing_attributes",
            Kind.TEXT,
            "COALESCE(assignment.missing_attributes, '')",
            "stage 1: what the rater found missing",
        ),
        Column("revision", Kind.INTEGER, "judgment.revision", "1, and one more for each change"),
        Column("is_gold", Kind.TRUTH, "task.kind = 'gold'", "the expected label is known; in no consensus"),
        Column("is_practice", Kind.TRUTH, "task.kind = 'practice'", "given while learning; in no consensus"),
        Column("is_attention", Kind.TRUTH, "task.kind = 'attention'", "an attention check; in no consensus"),
        Column(
            "is_control",
            Kind.TRUTH,
            "task.kind = 'control'",
            "a planted pair with a known answer: the side stored as personalized is right; in no figure but sensitivity",
        ),
        Column("is_repeat", Kind.TRUTH, "judgment.presentation > 0", "`presentation` is above 0"),
        Column(
            "is_self_rating",
            Kind.TRUTH,
            "rater.subject_id IS NOT NULL",
            "the rater is a subject of the study; in no consensus",
        ),
        Column("excluded", Kind.TRUTH, "judgment.excluded_at IS NOT NULL", "left out of consensus, with a reason"),
        Column("exclusion_reason", Kind.TEXT, "NULLIF(judgment.exclusion_reason, '')", "the reason"),
        Column("counted", Kind.TRUTH, COUNTED_SQL, "one of the k ratings that consensus is formed from"),
        Column(
            "outcome",
            Kind.TEXT,
            "NULLIF(assignment.outcome, '')",
            "how the assignment ended: submitted, or surplus (given after others had filled the slots); "
            "none for imports that say nothing of their page",
        ),
        Column(
            "active_ms",
            Kind.INTEGER,
            "CASE WHEN rater.kind = 'human' THEN assignment.active_ms END",
            "milliseconds with the page visible and the rater at work, for the whole page",
        ),
        Column("wall_ms", Kind.INTEGER, _WALL, "milliseconds from opening the page to submitting it"),
        Column("started_at", Kind.MOMENT, "assignment.started_at", "when the rater got the page, UTC"),
        Column("submitted_at", Kind.MOMENT, "judgment.submitted_at", "when the answer was committed, UTC"),
        Column("assignment_id", Kind.TEXT, "assignment.id", "the rater at the task"),
        Column("guidelines_version", Kind.INTEGER, "guidelines.version", "the guidelines the rater was given"),
        Column("app_version", Kind.TEXT, f"'{APP_VERSION}'", "version of Yardstick that wrote the export"),
        *IN_SHORT,
        Column(
            "rules",
            Kind.INTEGER,
            "NULLIF(rules.number, 0)",
            "number of the rules in force when the rater got the page, as in study.json; none before they were stored",
        ),
        Column(
            "pastes",
            Kind.INTEGER,
            "CASE WHEN rater.kind = 'human' THEN assignment.pastes END",
            "pastes into notes and comments of the page; a sign that an AI may have answered, never a proof",
        ),
        Column(
            "exits_with_copy",
            Kind.INTEGER,
            "CASE WHEN rater.kind = 'human' THEN assignment.exits_with_copy END",
            "how often the page was left after copying from it; the same",
        ),
    ),
)
