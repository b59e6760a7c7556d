"""Pairs with a known answer."""

from collections.abc import Mapping

from conversations.formats.context import Context
from conversations.formats.fields import Record
from conversations.formats.limits import MAX_NAME_CHARACTERS
from conversations.formats.rows import ControlRow, Row

from .kind import RowKind

_PERSONAL = "personal"
_CONTROLS = ("obvious", "damaged", _PERSONAL)


def _control(line: int, record: Record, context: Context) -> Row:
    row = ControlRow(
        line=line,
        subject=record.identifier("subject"),
        prompt=record.identifier("prompt"),
        control=record.choice("control", _CONTROLS),
        right=record.text("right"),
        wrong=record.text("wrong"),
        system=record.optional_text("system", MAX_NAME_CHARACTERS),
        borrowed_from=record.optional_identifier("borrowed_from"),
    )
    if row.right.split() == row.wrong.split():
        raise record.error("wrong", "another text than the right one")
    if (row.control == _PERSONAL) != (row.borrowed_from is not None):
        raise record.error("borrowed_from", "with a personal control, and only there, the subject it was written for")
    if row.borrowed_from == row.subject:
        raise record.error("borrowed_from", "another subject than the case's own")
    return row


KINDS: Mapping[str, RowKind] = {
    "control": RowKind(
        frozenset({"subject", "prompt", "control", "right", "wrong", "system", "borrowed_from"}), _control
    ),
}
