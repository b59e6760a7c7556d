"""What the rating page sends, read and checked: an edge, like a form.

Texts are taken by the rule of ``accounts.storable`` for what a person typed: what can't be stored becomes U+FFFD.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts import storable
from judgments.enums import SET_ASIDE, Outcome
from judgments.rating.given_answers import GivenAnswers, Signs, UnitAnswer
from judgments.rating.refusals import BadRequest

TEXT_LIMIT = 4000
DRAFT_UNITS_LIMIT = 100
MOST_SIGNS = 1000
ACTIVE_LIMIT_MS = 24 * 60 * 60 * 1000


def decode(raw: bytes) -> Any:
    try:
        return storable.decode(raw)
    except storable.NotStorable as error:
        raise BadRequest("", _("What this page sent can't be read.")) from error


def submission(body: Any) -> GivenAnswers:
    fields = _Fields.of(body)
    return GivenAnswers(
        client_id=fields.uuid("client_id"),
        answers=[_answer(answer) for answer in fields.each("answers")],
        missing_attributes=fields.text("missing_attributes"),
        comment=fields.text("comment"),
        active_ms=_active(fields),
        signs=_signs(fields),
        draft_revision=_draft_revision(fields),
    )


def draft(body: Any) -> dict[str, Any]:
    """The arguments of ``save_draft``; a draft's answers may lack labels."""
    fields = _Fields.of(body)
    content = fields.record("draft")
    kept = {
        "answers": [
            {
                "unit": answer.whole("unit", storable.BIG_COLUMN),
                "label": None if answer.is_missing("label") else answer.whole("label", storable.SMALLEST_COLUMN),
                "failure_mode": answer.text("failure_mode"),
                "note": answer.text("note"),
            }
            for answer in content.each("answers")
        ],
        "missing_attributes": content.text("missing_attributes"),
        "comment": content.text("comment"),
    }
    return {
        "draft": kept,
        "revision": fields.whole("revision", storable.INTEGER_COLUMN),
        "base": None if fields.is_missing("base") else fields.whole("base", storable.INTEGER_COLUMN),
        "active_ms": _active(fields),
    }


def set_aside(body: Any) -> dict[str, Any]:
    fields = _Fields.of(body)
    return {
        "act": Outcome(fields.one_of("act", SET_ASIDE)),
        "comment": fields.text("comment"),
        "client_id": fields.uuid("client_id"),
        "draft_revision": _draft_revision(fields),
    }


def _answer(fields: "_Fields") -> UnitAnswer:
    return UnitAnswer(
        unit_id=fields.whole("unit", storable.BIG_COLUMN),
        label=fields.whole("label", storable.SMALLEST_COLUMN),
        failure_mode=fields.text("failure_mode"),
        note=fields.text("note"),
    )


def _active(fields: "_Fields") -> int:
    return min(fields.whole("active_ms", storable.BIG_COLUMN), ACTIVE_LIMIT_MS)


def _signs(fields: "_Fields") -> Signs:
    """None were counted on a page that was opened before they were."""
    if fields.is_missing("signs"):
        return Signs()
    counted = fields.record("signs")
    most = storable.BIG_COLUMN
    return Signs(
        pastes=min(counted.whole("pastes", most), MOST_SIGNS),
        exits_with_copy=min(counted.whole("exits_with_copy", most), MOST_SIGNS),
    )


def _draft_revision(fields: "_Fields") -> int | None:
    """None from a page that was opened before an answer said which draft it was."""
    return None if fields.is_missing("revision") else fields.whole("revision", storable.INTEGER_COLUMN)


@dataclass(frozen=True, slots=True)
class _Fields:
    """An object of a body, and where it stands in it."""

    values: dict[str, Any]
    path: str = ""

    @classmethod
    def of(cls, value: Any, path: str = "") -> "_Fields":
        if not isinstance(value, dict):
            raise BadRequest(path, _("What this page sent can't be read.") + (f" ({path})" if path else ""))
        return cls(value, path)

    def is_missing(self, name: str) -> bool:
        return self.values.get(name) is None

    def record(self, name: str) -> "_Fields":
        return _Fields.of(self.values.get(name), self._at(name))

    def each(self, name: str) -> list["_Fields"]:
        value = self.values.get(name)
        if not isinstance(value, list) or len(value) > DRAFT_UNITS_LIMIT:
            raise self._refusal(name, _("%(field)s must be a list of at most %(most)d."), most=DRAFT_UNITS_LIMIT)
        return [_Fields.of(one, f"{self._at(name)}.{at}") for at, one in enumerate(value)]

    def whole(self, name: str, most: int) -> int:
        value = self.values.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
            raise self._refusal(name, _("%(field)s must be a whole number of at most %(most)d."), most=most)
        return value

    def text(self, name: str) -> str:
        value = self.values.get(name, "")
        if not isinstance(value, str) or len(value) > TEXT_LIMIT:
            raise self._refusal(name, _("%(field)s must be a text of at most %(most)d characters."), most=TEXT_LIMIT)
        return storable.kept(value)

    def one_of(self, name: str, known: Collection[Outcome]) -> str:
        value = self.values.get(name)
        if not isinstance(value, str) or value not in known:
            raise self._refusal(name, _("%(field)s must be one of %(known)s."), known=", ".join(sorted(known)))
        return value

    def uuid(self, name: str) -> uuid.UUID:
        value = self.values.get(name)
        try:
            return uuid.UUID(value if isinstance(value, str) else "")
        except ValueError as error:
            raise self._refusal(name, _("%(field)s must be a UUID.")) from error

    def _at(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def _refusal(self, name: str, message: str, **said: Any) -> BadRequest:
        field = self._at(name)
        return BadRequest(field, message % {"field": field, **said})
