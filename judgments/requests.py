"""What the rating page sends, read and checked: an edge, like a form."""

import uuid
from typing import Any

from judgments.enums import Outcome
from judgments.services.answering import Answer, Submission

ACTS = {Outcome.CANNOT_JUDGE, Outcome.UPSETTING, Outcome.TECHNICAL}
TEXT_LIMIT = 4000
DRAFT_UNITS_LIMIT = 100
ACTIVE_LIMIT_MS = 24 * 60 * 60 * 1000


class BadRequest(Exception):
    """The page sent something that it never sends. The message says what."""


def submission(body: Any) -> Submission:
    fields = _object(body)
    return Submission(
        client_id=_uuid(fields, "client_id"),
        answers=[_answer(_object(answer)) for answer in _list(fields, "answers")],
        missing_attributes=_text(fields, "missing_attributes"),
        comment=_text(fields, "comment"),
        active_ms=_active(fields),
    )


def draft(body: Any) -> dict[str, Any]:
    """The arguments of ``save_draft``; a draft's answers may lack labels."""
    fields = _object(body)
    content = _object(fields.get("draft"))
    answers = [_object(answer) for answer in _list(content, "answers")]
    kept = {
        "answers": [
            {
                "unit": _whole(answer, "unit"),
                "label": None if answer.get("label") is None else _whole(answer, "label"),
                "failure_mode": _text(answer, "failure_mode"),
                "note": _text(answer, "note"),
            }
            for answer in answers
        ],
        "missing_attributes": _text(content, "missing_attributes"),
        "comment": _text(content, "comment"),
    }
    return {"draft": kept, "revision": _whole(fields, "revision"), "active_ms": _active(fields)}


def set_aside(body: Any) -> dict[str, Any]:
    fields = _object(body)
    act = fields.get("act")
    if act not in ACTS:
        raise BadRequest("act must be one of " + ", ".join(sorted(ACTS)) + ".")
    return {"act": Outcome(act), "comment": _text(fields, "comment"), "client_id": _uuid(fields, "client_id")}


def _answer(fields: dict[str, Any]) -> Answer:
    return Answer(
        unit_id=_whole(fields, "unit"),
        label=_whole(fields, "label"),
        failure_mode=_text(fields, "failure_mode"),
        note=_text(fields, "note"),
    )


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BadRequest("An object was expected.")
    return value


def _list(fields: dict[str, Any], name: str) -> list[Any]:
    value = fields.get(name)
    if not isinstance(value, list) or len(value) > DRAFT_UNITS_LIMIT:
        raise BadRequest(f"{name} must be a list of at most {DRAFT_UNITS_LIMIT}.")
    return value


def _whole(fields: dict[str, Any], name: str) -> int:
    value = fields.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**62:
        raise BadRequest(f"{name} must be a whole number.")
    return value


def _active(fields: dict[str, Any]) -> int:
    return min(_whole(fields, "active_ms"), ACTIVE_LIMIT_MS)


def _text(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name, "")
    if not isinstance(value, str) or len(value) > TEXT_LIMIT or "\x00" in value:
        raise BadRequest(f"{name} must be a text of at most {TEXT_LIMIT} characters.")
    return value


def _uuid(fields: dict[str, Any], name: str) -> uuid.UUID:
    try:
        return uuid.UUID(str(fields.get(name)))
    except ValueError as error:
        raise BadRequest(f"{name} must be a UUID.") from error
