"""Memories of assistants as attributes: mem0, Zep, LangGraph and LangMem, Letta, Claude, and lists of one's own."""

from collections.abc import Iterator
from datetime import date

from conversations.formats.context import Context
from conversations.formats.fields import FieldError, Record
from conversations.formats.heads import first_records, text_of
from conversations.formats.json_elements import holds, rows_of_elements
from conversations.formats.memories import attribute, day_saved, refuse_ended, saved
from conversations.formats.options import Options
from conversations.formats.reader import Beginning, Reader
from conversations.formats.rows import Row, RowError

from .owners import owner, propose_owner
from .shapes import OWNERS, SHAPES, Memory, Shape


def _rows(line: int, record: Record, context: Context) -> Iterator[Row | RowError]:
    shape = _shape(record)
    if shape is None:
        raise FieldError("", "a memory in a shape that is known", f"the fields {', '.join(record.names())[:80]}")
    for one in (record, record.record_if_any("value"), record.record_if_any("metadata")):
        if one is not None:
            refuse_ended(one)
    subject = owner(record, context)
    memories = list(shape.memories(record))
    if not memories:
        raise FieldError("", "a memory that says something", "none")
    day, problem = _day(record)
    for memory in memories:
        yield from _attribute(line, context, subject, memory, system=shape.system, day=day)
    if problem is not None:
        yield problem.row(line, kept=True)


def _day(record: Record) -> tuple[date | None, FieldError | None]:
    """An odd date costs itself, not its memory."""
    try:
        return day_saved(record), None
    except FieldError as error:
        return None, FieldError(error.field, f"{error.expected}; the attribute is kept", error.found)


def _attribute(
    line: int, context: Context, subject: str, memory: Memory, *, system: str, day: date | None
) -> Iterator[Row | RowError]:
    try:
        row = attribute(
            line,
            context,
            subject,
            memory.text,
            system=system,
            name=memory.name,
            reason=saved(day),
            kind=memory.kind,
            confidence=memory.confidence,
            evidence=memory.evidence,
        )
    except FieldError as error:
        yield error.row(line)
    else:
        yield from [row] if row else []


def _shape(record: Record) -> Shape | None:
    return next((shape for shape in SHAPES if holds(shape.is_it, record)), None)


def _recognises(beginning: Beginning) -> bool:
    return beginning.element is not None and _shape(beginning.element) is not None


def _propose(head: bytes) -> Options:
    records, _problems = first_records(text_of(head))
    shapes = [(record, shape) for record in records if (shape := _shape(record)) is not None]
    return propose_owner([record for record, _ in shapes], OWNERS, shapes[0][1].system if shapes else "")


READER = Reader(
    name="memories",
    label="Memories",
    help="What an assistant keeps of a person, as attributes: mem0, Zep, LangMem, Letta, Claude, ChatGPT, or rows of {user_id, memory}.",
    section="Memories",
    recognises=_recognises,
    rows=rows_of_elements(_rows),
    propose=_propose,
    names_subjects=False,
    place=1,
)
