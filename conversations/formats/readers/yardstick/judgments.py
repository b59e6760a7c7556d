"""Labels given elsewhere, by people, models or panels."""

from collections.abc import Mapping

from conversations.formats.context import Context
from conversations.formats.fields import Record
from conversations.formats.limits import (
    MAX_ATTRIBUTE_CHARACTERS,
    MAX_NAME_CHARACTERS,
    MAX_TEXT_CHARACTERS,
    MAX_TYPE_CHARACTERS,
)
from conversations.formats.rows import JudgmentRow, Row, StatedArm

from .arms import stated_arm
from .kind import RowKind

_RATER_KINDS = ("human", "model", "panel")
_LABELS: Mapping[int, tuple[str, ...]] = {1: ("accept", "unsure", "reject"), 2: ("yes", "no")}
_MAX_ACTIVE_MS = 86_400_000  # a day at one page


def _judgment(line: int, record: Record, context: Context) -> Row:
    stage = record.integer("stage", 1, 3)
    if stage == 1 and record.missing("attribute"):
        raise record.error("attribute", "the attribute that was judged")
    if stage == 2 and (record.missing("attribute") or record.missing("prompt")):
        raise record.error("attribute", "the prompt and the attribute that were judged")
    if stage == 3 and record.missing("prompt"):
        raise record.error("prompt", "the prompt of the case that was judged")
    return JudgmentRow(
        line=line,
        rater=record.text("rater", MAX_NAME_CHARACTERS),
        rater_kind=_rater_kind(record),
        stage=stage,
        subject=record.identifier("subject"),
        label=record.integer("label", 1, 5) if stage == 3 else record.choice("label", _LABELS[stage]),
        prompt=record.optional_identifier("prompt"),
        attribute=record.optional_text("attribute", MAX_ATTRIBUTE_CHARACTERS),
        system=record.optional_text("system", MAX_NAME_CHARACTERS),
        arm=_arm(record, stage),
        failure_mode=record.optional_text("failure_mode", MAX_TYPE_CHARACTERS) or "",
        note=record.optional_text("note", MAX_TEXT_CHARACTERS) or "",
        presentation=0 if record.missing("presentation") else record.integer("presentation", 0, 1),
        submitted_at=record.optional_moment("submitted_at"),
        shown_left=_shown_left(record, stage),
        comment=record.optional_text("comment", MAX_TEXT_CHARACTERS),
        active_ms=None if record.missing("active_ms") else record.integer("active_ms", 0, _MAX_ACTIVE_MS),
    )


def _arm(record: Record, stage: int) -> StatedArm:
    if stage != 3 and not record.missing("arm"):
        raise record.error("arm", "nothing but at stage 3: no responses are judged before it")
    return stated_arm(record)


def _rater_kind(record: Record) -> str:
    if record.missing("rater_kind"):
        raise record.error("rater_kind", "who judged: human, model or panel (nobody is taken for a human unsaid)")
    return record.choice("rater_kind", _RATER_KINDS)


def _shown_left(record: Record, stage: int) -> str | None:
    if record.missing("shown_left"):
        return None
    if stage != 3:
        raise record.error("shown_left", "nothing but at stage 3: no responses are shown before it")
    return record.choice("shown_left", ("generic", "personalized"))


KINDS: Mapping[str, RowKind] = {
    "judgment": RowKind(
        frozenset(
            {
                "rater",
                "rater_kind",
                "stage",
                "subject",
                "prompt",
                "attribute",
                "system",
                "arm",
                "label",
                "failure_mode",
                "note",
            }
            | {"presentation", "submitted_at", "shown_left", "comment", "active_ms"}
        ),
        _judgment,
    ),
}
