"""What models are trained and tested on: the consensus as preference pairs and as classification sets."""

from reports.dataset.tables.arms import ARM, IN_SHORT
from reports.dataset.tables.sources import EVIDENCE, SUBJECT_KEY, TARGET, label_word, system_name
from reports.dataset.tables.table import Column, Kind, Table

_AGREED = f"""
FROM judgments_consensus consensus
JOIN conversations_stage stage ON stage.id = consensus.stage_id
JOIN judgments_unit unit ON unit.id = consensus.unit_id
JOIN judgments_task task ON task.id = unit.task_id
{TARGET}
"""
_PAIRS = """
JOIN conversations_response generic ON generic.id = comparison.generic_id
JOIN conversations_response personalized ON personalized.id = comparison.personalized_id
"""
_OF_STAGE = "WHERE stage.study_id = %(study)s AND stage.number = {0} AND {0} = ANY(%(stages)s)"

_COMMON = (
    Column("unit_id", Kind.INTEGER, "unit.id", "the unit"),
    Column("subject_key", Kind.TEXT, SUBJECT_KEY, "pseudonym of the subject"),
    Column("subject_origin", Kind.TEXT, "subject.origin", "real, synthetic, illustrative or unknown"),
)
_BACKING = (
    Column("raters", Kind.INTEGER, "consensus.raters", "counted human ratings behind the label"),
    Column("provisional", Kind.TRUTH, "consensus.provisional", "fewer ratings than the stage's k"),
    Column("adjudicated", Kind.TRUTH, "consensus.adjudicated", "an adjudicator's label overrides the raters'"),
)
_PROMPT = (
    Column("prompt_id", Kind.TEXT, "prompt.external_id", "the uploader's id of the prompt"),
    Column("prompt", Kind.TEXT, "prompt.text", "its text"),
)
_IS_PERSONALIZED = "consensus.label > 3"

PREFERENCES = Table(
    name="preferences",
    meaning="one row is a pair of responses of which the raters preferred one",
    source=f"{_AGREED}{_PAIRS}{ARM}{_OF_STAGE.format(3)} AND consensus.label <> 3",
    order="unit.id",
    withheld=True,
    columns=(
        *_COMMON,
        *_PROMPT,
        Column(
            "chosen",
            Kind.TEXT,
            f"CASE WHEN {_IS_PERSONALIZED} THEN personalized.text ELSE generic.text END",
            "the preferred response",
        ),
        Column(
            "rejected",
            Kind.TEXT,
            f"CASE WHEN {_IS_PERSONALIZED} THEN generic.text ELSE personalized.text END",
            "the other response",
        ),
        Column(
            "chosen_kind",
            Kind.TEXT,
            f"CASE WHEN {_IS_PERSONALIZED} THEN 'personalized' ELSE 'generic' END",
            "which of the two it is: generic or personalized",
        ),
        Column("margin", Kind.NUMBER, "abs(consensus.label - 3)", "by how many points of the 1-5 scale, up to 2"),
        Column("attribute", Kind.TEXT, "attribute.text", "the attribute it was judged for; none: overall"),
        Column("response_system", Kind.TEXT, system_name("response_system"), "the system that wrote both"),
        *_BACKING,
        *IN_SHORT,
    ),
)

TIES = Table(
    name="ties",
    meaning="one row is a pair of responses between which the raters saw no difference on average",
    source=f"{_AGREED}{_PAIRS}{ARM}{_OF_STAGE.format(3)} AND consensus.label = 3",
    order="unit.id",
    withheld=True,
    columns=(
        *_COMMON,
        *_PROMPT,
        Column("generic", Kind.TEXT, "generic.text", "the generic response"),
        Column("personalized", Kind.TEXT, "personalized.text", "the personalized response"),
        Column("attribute", Kind.TEXT, "attribute.text", "the attribute it was judged for; none: overall"),
        Column("response_system", Kind.TEXT, system_name("response_system"), "the system that wrote both"),
        *_BACKING,
        *IN_SHORT,
    ),
)

VERIFIER = Table(
    name="verifier",
    meaning="one row is an attribute with the raters' label: to train what tells true from unsupported attributes",
    source=f"{_AGREED}{_OF_STAGE.format(1)}",
    order="unit.id",
    withheld=True,
    columns=(
        *_COMMON,
        Column("attribute", Kind.TEXT, "attribute.text", "the statement about the subject"),
        Column("reason", Kind.TEXT, "attribute.reason", "the system's reason for it"),
        Column("confidence", Kind.NUMBER, "attribute.confidence", "the system's confidence, 0 to 1"),
        Column(
            "evidence",
            Kind.JSON,
            "attribute.evidence",
            "list of {conversation, turn, quote, start, end, state}",
            parts=EVIDENCE,
        ),
        Column("attribute_system", Kind.TEXT, system_name("attribute_system"), "the system that extracted it"),
        Column("label", Kind.TEXT, label_word("consensus.label::integer"), "accept, unsure or reject"),
        *_BACKING,
    ),
)

RELEVANCE = Table(
    name="relevance",
    meaning="one row is an attribute and a prompt with the raters' label: does it change the response?",
    source=f"{_AGREED}{_OF_STAGE.format(2)}",
    order="unit.id",
    withheld=True,
    columns=(
        *_COMMON,
        *_PROMPT,
        Column("attribute", Kind.TEXT, "attribute.text", "the statement about the subject"),
        Column("label", Kind.TEXT, label_word("consensus.label::integer"), "yes or no"),
        *_BACKING,
    ),
)
