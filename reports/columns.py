"""The raw long table: one row is one rater and one unit. ``docs/exports.md`` is the codebook; a test compares them."""

from collections.abc import Callable, Mapping
from typing import Any

from conversations.models import Study
from judgments.enums import Outcome
from judgments.stages import behaviour
from raters.enums import RaterKind
from raters.services import rater_key

PROTOCOL_VERSION = "1"
APP_VERSION = "0.1.0"

type Record = Mapping[str, Any]  # a row of QUERY, by column name
type Column = Callable[[Record, Study], Any]

QUERY = """
SELECT
    judgment.id AS judgment_id, judgment.label, judgment.presentation, judgment.failure_mode, judgment.note,
    judgment.revision, judgment.submitted_at, judgment.excluded_at, judgment.exclusion_reason, judgment.rater_id,
    judgment.assignment_id, unit.id AS unit_id, unit.expected_label, task.id AS task_id, task.kind AS task_kind,
    task.comparison_id, stage.number AS stage, rater.kind AS rater_kind, rater.name AS rater_name,
    assignment.personalized_left, assignment.started_at, assignment.active_ms, assignment.outcome,
    assignment.comment, assignment.missing_attributes, guidelines.version AS guidelines_version,
    subject.number AS subject, subject.origin AS subject_origin, prompt.external_id AS prompt_id,
    prompt.text AS prompt_text, attribute.id AS attribute_id, attribute.text AS attribute_text, attribute.evidence,
    producer.name AS attribute_system, author.name AS response_system, comparison.generic_id,
    comparison.personalized_id, given.mentioned
FROM judgments_judgment judgment
JOIN judgments_unit unit ON unit.id = judgment.unit_id
JOIN judgments_task task ON task.id = unit.task_id
JOIN conversations_stage stage ON stage.id = task.stage_id
JOIN raters_rater rater ON rater.id = judgment.rater_id
LEFT JOIN judgments_assignment assignment ON assignment.id = judgment.assignment_id
LEFT JOIN conversations_guidelines guidelines ON guidelines.id = assignment.guidelines_id
LEFT JOIN conversations_comparison comparison ON comparison.id = task.comparison_id
LEFT JOIN conversations_case pair ON pair.id = COALESCE(task.case_id, comparison.case_id)
LEFT JOIN conversations_prompt prompt ON prompt.id = pair.prompt_id
JOIN conversations_subject subject ON subject.id = COALESCE(task.subject_id, pair.subject_id)
LEFT JOIN conversations_attribute attribute ON attribute.id = unit.attribute_id
LEFT JOIN conversations_system producer ON producer.id = attribute.system_id
LEFT JOIN conversations_system author ON author.id = comparison.system_id
LEFT JOIN conversations_comparisonattribute given
    ON given.comparison_id = comparison.id AND given.attribute_id = attribute.id
WHERE stage.study_id = %(study)s AND stage.number = ANY(%(stages)s)
ORDER BY judgment.id
"""
COUNT = """
SELECT count(*) FROM judgments_judgment judgment
JOIN judgments_unit unit ON unit.id = judgment.unit_id
JOIN judgments_task task ON task.id = unit.task_id
JOIN conversations_stage stage ON stage.id = task.stage_id
WHERE stage.study_id = %(study)s AND stage.number = ANY(%(stages)s)
"""


def _plain(name: str) -> Column:
    return lambda record, study: record[name]


def _moment(name: str) -> Column:
    return lambda record, study: record[name].isoformat() if record[name] else None


def _as_seen(record: Record, study: Study) -> int:
    """What the rater chose: at stage 3 from 1 = left much better to 5 = right much better."""
    side = record["personalized_left"]
    if side is None:
        return int(record["label"])
    return behaviour(record["stage"]).as_seen(record["label"], personalized_left=side)


def _shown_left(record: Record, study: Study) -> str | None:
    if record["personalized_left"] is None:
        return None
    return "personalized" if record["personalized_left"] else "generic"


def _counted(record: Record, study: Study) -> bool:
    """Whether the judgment is one of the k: human, regular, first presentation, neither surplus nor excluded."""
    return (
        record["rater_kind"] == RaterKind.HUMAN
        and record["task_kind"] == "regular"
        and record["presentation"] == 0
        and record["excluded_at"] is None
        and record["outcome"] in {None, Outcome.SUBMITTED}
    )


def _wall_ms(record: Record, study: Study) -> int | None:
    if record["started_at"] is None:
        return None
    return round((record["submitted_at"] - record["started_at"]).total_seconds() * 1000)


def _evidence_conversations(record: Record, study: Study) -> list[int]:
    pointers = record["evidence"] or []
    return sorted({pointer["conversation"] for pointer in pointers if pointer.get("conversation")})


COLUMNS: dict[str, Column] = {
    "study_id": lambda record, study: study.slug,
    "protocol_version": lambda record, study: PROTOCOL_VERSION,
    "stage": _plain("stage"),
    "task_id": _plain("task_id"),
    "task_kind": _plain("task_kind"),
    "unit_id": _plain("unit_id"),
    "subject_key": lambda record, study: f"subject-{record['subject']}",
    "subject_origin": _plain("subject_origin"),
    "conversation_ids": _evidence_conversations,
    "attribute_id": _plain("attribute_id"),
    "attribute_text": _plain("attribute_text"),
    "attribute_system": _plain("attribute_system"),
    "prompt_id": _plain("prompt_id"),
    "prompt_text": _plain("prompt_text"),
    "comparison_id": _plain("comparison_id"),
    "response_system": _plain("response_system"),
    "generic_response_id": _plain("generic_id"),
    "personalized_response_id": _plain("personalized_id"),
    "attribute_mentioned": _plain("mentioned"),
    "shown_left": _shown_left,
    "rater_key": lambda record, study: rater_key(study=study, rater_id=record["rater_id"]),
    "rater_kind": _plain("rater_kind"),
    "rater_name": lambda record, study: None if record["rater_kind"] == RaterKind.HUMAN else record["rater_name"],
    "presentation": _plain("presentation"),
    "answer_raw": _as_seen,
    "answer_recoded": _plain("label"),
    "label": lambda record, study: behaviour(record["stage"]).display(record["label"]),
    "failure_mode": _plain("failure_mode"),
    "note": _plain("note"),
    "comment": _plain("comment"),
    "missing_attributes": _plain("missing_attributes"),
    "revision": _plain("revision"),
    "is_gold": lambda record, study: record["task_kind"] == "gold",
    "is_repeat": lambda record, study: record["presentation"] > 0,
    "counted": _counted,
    "outcome": _plain("outcome"),
    "excluded": lambda record, study: record["excluded_at"] is not None,
    "exclusion_reason": _plain("exclusion_reason"),
    "active_ms": _plain("active_ms"),
    "wall_ms": _wall_ms,
    "started_at": _moment("started_at"),
    "submitted_at": _moment("submitted_at"),
    "assignment_id": lambda record, study: str(record["assignment_id"]) if record["assignment_id"] else None,
    "guidelines_version": _plain("guidelines_version"),
    "app_version": lambda record, study: APP_VERSION,
}


def row(record: Record, study: Study) -> dict[str, Any]:
    return {name: column(record, study) for name, column in COLUMNS.items()}
