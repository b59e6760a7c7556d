"""The judgments table: one row is one rater's judgment of one unit. docs/exports.md explains every column."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from conversations.models import Study
from judgments.enums import TaskKind
from judgments.stages import behaviour
from raters.enums import RaterKind
from raters.pseudonyms import rater_key
from reports.exporting.versions import APP_VERSION, PROTOCOL_VERSION

JUDGMENT_COLUMNS = (
    "study_id",
    "protocol_version",
    "stage",
    "task_id",
    "task_kind",
    "unit_id",
    "subject_key",
    "subject_origin",
    "conversation_ids",
    "prompt_id",
    "prompt_text",
    "attribute_id",
    "attribute_text",
    "attribute_system",
    "attribute_mentioned",
    "comparison_id",
    "response_system",
    "generic_response_id",
    "personalized_response_id",
    "shown_left",
    "rater_key",
    "rater_kind",
    "rater_name",
    "judgment_id",
    "presentation",
    "answer_raw",
    "answer_recoded",
    "label",
    "expected_label",
    "failure_mode",
    "note",
    "comment",
    "missing_attributes",
    "revision",
    "is_gold",
    "is_repeat",
    "excluded",
    "exclusion_reason",
    "counted",
    "outcome",
    "active_ms",
    "wall_ms",
    "started_at",
    "submitted_at",
    "assignment_id",
    "guidelines_version",
    "app_version",
)


def judgment_row(study: Study, values: Mapping[str, Any]) -> dict[str, Any]:
    """The row of a record of ``queries.judgments``, in the order of the columns."""
    row = {
        "study_id": study.slug,
        "protocol_version": PROTOCOL_VERSION,
        "app_version": APP_VERSION,
        **_what(values),
        **_who(study, values),
        **_answer(values),
        **_circumstances(values),
    }
    return {column: row[column] for column in JUDGMENT_COLUMNS}


def _what(values: Mapping[str, Any]) -> dict[str, Any]:
    """What was judged, and whose work it is."""
    return {
        "stage": values["stage"],
        "task_id": values["task_id"],
        "task_kind": values["task_kind"],
        "is_gold": values["task_kind"] == TaskKind.GOLD,
        "unit_id": values["unit_id"],
        "subject_key": f"subject-{values['subject_number']}",
        "subject_origin": values["subject_origin"],
        "conversation_ids": _evidence_conversations(values["evidence"]),
        "prompt_id": values["prompt_id"],
        "prompt_text": values["prompt_text"],
        "attribute_id": values["attribute_id"],
        "attribute_text": values["attribute_text"],
        "attribute_system": _system(values, "attribute"),
        "attribute_mentioned": values["mentioned"],
        "response_system": _system(values, "response"),
        "comparison_id": values["comparison_id"],
        "generic_response_id": values["generic_response_id"],
        "personalized_response_id": values["personalized_response_id"],
        "shown_left": _shown_left(values["personalized_left"]),
    }


def _who(study: Study, values: Mapping[str, Any]) -> dict[str, Any]:
    is_human = values["rater_kind"] == RaterKind.HUMAN
    return {
        "rater_key": rater_key(study=study, rater_id=values["rater_id"]),
        "rater_kind": values["rater_kind"],
        "rater_name": None if is_human else values["rater_name"],
    }


def _answer(values: Mapping[str, Any]) -> dict[str, Any]:
    stage = behaviour(values["stage"])
    has_sides = stage.target == "comparison"
    left = values["personalized_left"]
    return {
        "judgment_id": values["id"],
        "presentation": values["presentation"],
        "is_repeat": values["presentation"] > 0,
        # A response judged elsewhere has no side that we know of, so there is no answer as seen.
        "answer_raw": None if has_sides and left is None else stage.as_seen(values["label"], personalized_left=left),
        "answer_recoded": values["label"],
        "label": stage.display(values["label"]),
        "expected_label": values["expected_label"],
        "failure_mode": values["failure_mode"] or None,
        "note": values["note"],
        "revision": values["revision"],
        "excluded": values["excluded_at"] is not None,
        "exclusion_reason": values["exclusion_reason"] or None,
        "counted": values["counted"],
    }


def _circumstances(values: Mapping[str, Any]) -> dict[str, Any]:
    """The page the answer was given on; nothing of it is known of imported and models' judgments."""
    started, finished = values["started_at"], values["page_submitted_at"]
    return {
        "assignment_id": None if values["assignment_id"] is None else str(values["assignment_id"]),
        "outcome": values["outcome"] or None,
        "comment": values["comment"] or "",
        "missing_attributes": values["missing_attributes"] or "",
        "active_ms": values["active_ms"],
        "wall_ms": None if started is None or finished is None else round((finished - started).total_seconds() * 1000),
        "started_at": _moment(started),
        "submitted_at": _moment(values["submitted_at"]),
        "guidelines_version": values["guidelines_version"],
    }


def _system(values: Mapping[str, Any], of: str) -> str | None:
    name, version = values[f"{of}_system_name"], values[f"{of}_system_version"]
    return None if name is None else f"{name} {version}".strip()


def _evidence_conversations(evidence: list[dict[str, Any]] | None) -> list[int]:
    return sorted({pointer["conversation"] for pointer in evidence or () if pointer.get("conversation")})


def _shown_left(personalized_left: bool | None) -> str | None:  # noqa: FBT001
    if personalized_left is None:
        return None
    return "personalized" if personalized_left else "generic"


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
