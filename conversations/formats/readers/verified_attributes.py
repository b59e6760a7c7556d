"""Facts about the user of a session that people verified, each with the quote it rests on."""

from collections.abc import Iterator

from conversations.formats.context import Context
from conversations.formats.fields import FieldError, Record
from conversations.formats.json_elements import rows_of_elements, with_fields
from conversations.formats.limits import MAX_ATTRIBUTE_CHARACTERS, MAX_ID_CHARACTERS, MAX_TYPE_CHARACTERS
from conversations.formats.options import Options
from conversations.formats.reader import Reader, proposing
from conversations.formats.rows import AttributeRow, EvidencePointer, Row, RowError
from conversations.formats.subjects import subject_of


def _rows(line: int, record: Record, context: Context) -> Iterator[Row | RowError]:
    session = record.identifier("session_id")
    subject = subject_of(record, context.options, session, (), "session_id")
    for index, value in enumerate(record.list("gold_memories")):
        try:
            yield _attribute(line, subject, session, Record.of(value, f"gold_memories[{index}]"), context)
        except FieldError as error:
            yield error.row(line)


def _attribute(line: int, subject: str, session: str, memory: Record, context: Context) -> AttributeRow:
    name = memory.optional_identifier("memory_id")
    return AttributeRow(
        line=line,
        subject=subject,
        text=memory.text("value", MAX_ATTRIBUTE_CHARACTERS),
        attribute=f"{session}:{name}"[:MAX_ID_CHARACTERS] if name else None,
        reason=memory.optional_text("reasoning") or "",
        confidence=memory.optional_number("confidence", 0, 1),
        evidence=() if memory.missing("evidence") else (_pointer(session, memory.record("evidence")),),
        system=context.options.system or None,
        type=memory.optional_text("type", MAX_TYPE_CHARACTERS) or "",
    )


def _pointer(session: str, evidence: Record) -> EvidencePointer:
    """``utterance_index`` counts the turns of both roles from 0, as our own pointers do."""
    return EvidencePointer(
        conversation=evidence.optional_identifier("session_id") or session,
        turn=evidence.optional_integer("utterance_index"),
        quote=evidence.optional_text("text"),
    )


READER = Reader(
    name="verified_attributes",
    label="Verified attributes",
    help="Facts about the user of a session, verified by people, each with its quote.",
    section="Verified attributes",
    recognises=with_fields("gold_memories"),
    rows=rows_of_elements(_rows),
    propose=proposing(Options(subject_field="session_id", system="verified by people")),
    place=1,
)
