"""What a memory says of a person: the statements in a text, the day they were saved, whether they still hold."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime

from .context import Context
from .fields import FieldError, Record
from .limits import MAX_ATTRIBUTE_CHARACTERS, MAX_TYPE_CHARACTERS
from .rows import AttributeRow, EvidencePointer
from .statements import statements_of

_DATED = re.compile(r"^\[(\d{4}-\d{2}-\d{2})[^\]]*\]\s*[.:-]?\s*")
_SAVED = ("updated_at", "created_at", "valid_at", "create_time", "created_timestamp", "timestamp")
_ENDS = ("invalid_at", "expired_at", "expiration_date", "expires_at", "deleted_at")
_DELETED = ("deleted", "is_deleted")
_HOLDS = ("valid", "is_valid", "active", "is_active")
_MILLISECONDS = 100_000_000_000


def dated_statements(text: str) -> Iterator[tuple[str, date | None]]:
    """Each statement of a text, with the day that some lists write before it."""
    for one in statements_of(text):
        day, said = _dated(one)
        if said:
            yield said, day


def _dated(said: str) -> tuple[date | None, str]:
    found = _DATED.match(said)
    if found is None:
        return None, said
    try:
        return date.fromisoformat(found[1]), said[found.end() :]
    except ValueError:
        return None, said


def attribute(
    line: int,
    context: Context,
    subject: str,
    text: str,
    *,
    system: str,
    name: str | None = None,
    reason: str = "",
    kind: str = "",
    confidence: float | None = None,
    evidence: tuple[EvidencePointer, ...] = (),
) -> AttributeRow | None:
    """The row of one statement; None where the subject has it already from another place of the file.

    Raises:
        FieldError: the statement is longer than an attribute may be.
    """
    said = Record({"memory": text.strip()}).text("memory", MAX_ATTRIBUTE_CHARACTERS)
    system = context.options.system or system
    if not context.first_time("memory", subject, system, said.casefold()):
        return None
    return AttributeRow(
        line=line,
        subject=subject,
        text=said,
        attribute=name,
        reason=reason,
        confidence=confidence,
        evidence=evidence,
        system=system or None,
        type=kind[:MAX_TYPE_CHARACTERS],
    )


def saved(day: date | None, conversation: str | None = None) -> str:
    """Never by whom: raters may read it and are not told whose an attribute is."""
    parts = [f" on {day.isoformat()}" if day else "", f" in conversation {conversation}" if conversation else ""]
    return f"Saved{''.join(parts)}." if any(parts) else ""


def day_saved(record: Record) -> date | None:
    """The first that is stated. Raises FieldError where it is no date."""
    return next((day_in(record, name) for name in _SAVED if not record.missing(name)), None)


def refuse_ended(record: Record) -> None:
    """Raises FieldError where a memory was deleted, expired or is not true any more, as of today."""
    expected = "a memory that is still valid"
    for name in _DELETED:
        if record.is_marked(name):
            raise FieldError(record.at(name), expected, "one that was deleted")
    for name in _HOLDS:
        if record.has(name) and record.scalar(name, expected) is False:
            raise FieldError(record.at(name), expected, "one that is not")
    if record.starts_with("event", "DELETE"):
        raise FieldError(record.at("event"), expected, "one that was deleted")
    for name in _ENDS:
        day = day_in(record, name)
        if day is not None and day <= datetime.now(UTC).date():
            raise FieldError(record.at(name), expected, f"one that ended on {day.isoformat()}")


def day_in(record: Record, name: str) -> date | None:
    """A date, a moment, or seconds or milliseconds since 1970."""
    if record.missing(name):
        return None
    expected = "a date, like 2026-05-01"
    value = record.text_or_number(name, expected)
    try:
        if isinstance(value, str):
            return date.fromisoformat(value[:10])
        seconds = float(value or 0)
        return datetime.fromtimestamp(seconds / 1000 if seconds > _MILLISECONDS else seconds, UTC).date()
    except (ValueError, OverflowError, OSError):
        raise record.error(name, expected) from None
