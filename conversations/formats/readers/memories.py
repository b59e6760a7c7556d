"""What assistants remember of people, as their memories are exported: each is an attribute of the system that keeps it."""

from collections.abc import Iterator
from datetime import UTC, datetime

from conversations.formats.context import Context
from conversations.formats.fields import FieldError, Record, excerpt
from conversations.formats.heads import first_records, text_of
from conversations.formats.json_elements import rows_of_elements
from conversations.formats.limits import MAX_ATTRIBUTE_CHARACTERS, MAX_TYPE_CHARACTERS
from conversations.formats.options import Options, SubjectPolicy
from conversations.formats.reader import Beginning, Reader
from conversations.formats.rows import AttributeRow, Row, RowError
from conversations.formats.statements import statements_of
from conversations.formats.subjects import SUBJECT_FIELDS, file_subject

MEM0, ZEP, LANGMEM, LETTA, CLAUDE = "mem0", "Zep", "LangMem", "Letta", "Claude memory"
_ENDS = ("invalid_at", "expired_at", "deleted_at", "expiration_date")
_SAVED = ("updated_at", "created_at", "valid_at", "created_timestamp")
_VALUE_TEXTS = ("content", "text", "memory", "data", "fact", "value")
_OF_CLAUDE = ("conversations_memory", "project_memories")


def _system(record: Record) -> str | None:
    """Whose memories these are; None if nobody's that is known."""
    if record.is_text("fact"):
        return ZEP
    if record.is_text("memory") and any(record.has(name) for name in ("user_id", "hash", "metadata", "agent_id", "id")):
        return MEM0
    if record.has("namespace", "key", "value"):
        return LANGMEM
    if record.is_text("value") and record.has("label") and not record.has("from"):
        return LETTA
    if record.is_text("text") and record.starts_with("id", "passage-"):
        return LETTA
    return CLAUDE if any(record.has(name) for name in _OF_CLAUDE) else None


def _rows(line: int, record: Record, context: Context) -> Iterator[Row | RowError]:
    if any(record.has(name) for name in _OF_CLAUDE):
        yield from _of_claude(line, record, context)
        return
    if (ended := _ended(record)) is not None:
        yield FieldError(*ended).row(line)
        return
    text, field = _text(record)
    for statement in statements_of(text) if field == "value" else [text]:
        yield _attribute(line, record, statement, context)


def _attribute(line: int, record: Record, text: str, context: Context, *, kind: str = "") -> AttributeRow:
    name = record.optional_identifier("id") if not record.missing("id") else None
    return AttributeRow(
        line=line,
        subject=_subject(record, context.options),
        text=text,
        attribute=name or (record.optional_identifier("uuid") if record.is_text("uuid") else None),
        reason=_saved(record),
        system=context.options.system or _system(record),
        type=kind or _kind(record),
    )


def _subject(record: Record, options: Options) -> str:
    if options.subject_policy is SubjectPolicy.FILE:
        return file_subject(options)
    name = options.subject_field or next((each for each in SUBJECT_FIELDS if not record.missing(each)), "user_id")
    if name == "namespace":
        return _owner(record)
    return record.identifier(name)


def _owner(record: Record) -> str:
    """LangMem's names end in the user's, or in what is kept of them."""
    names = [name for name in record.list("namespace") if isinstance(name, str) and name not in {"memories", "memory"}]
    if not names:
        raise record.error("namespace", "a list with the user's id")
    return names[-1]


def _text(record: Record) -> tuple[str, str]:
    """And the field it stands in."""
    for name in ("memory", "fact", "text"):
        if record.is_text(name):
            return record.text(name, MAX_ATTRIBUTE_CHARACTERS), name
    if (inner := record.record_if_any("value")) is not None:
        deeper = inner.record_if_any("content") or inner
        for place in (deeper, inner):
            for name in _VALUE_TEXTS:
                if place.is_text(name):
                    return place.text(name, MAX_ATTRIBUTE_CHARACTERS), name
        raise record.error("value", "an object with a text")
    return record.text("value"), "value"


def _ended(record: Record) -> tuple[str, str, str] | None:
    """A memory that is not valid any more is no statement about the person now."""
    if record.is_marked("is_deleted") or record.is_marked("deleted") or record.starts_with("event", "DELETE"):
        return "memory", "a memory that is still valid", "one that was deleted"
    for name in _ENDS:
        if not record.missing(name) and record.is_text(name) and not _is_ahead(record.text(name)):
            return name, "a memory that is still valid", f"one that ended {excerpt(record.text(name))}"
    return None


def _is_ahead(moment: str) -> bool:
    try:
        said = datetime.fromisoformat(moment)
    except ValueError:
        return False
    return (said if said.tzinfo else said.replace(tzinfo=UTC)) > datetime.now(UTC)


def _saved(record: Record) -> str:
    """When, as far as it is said."""
    moment = next((record.text(name) for name in _SAVED if record.is_text(name) and not record.missing(name)), "")
    return f"Saved on {moment[:10]}." if moment[:4].isdecimal() else ""


def _kind(record: Record) -> str:
    categories = record.list_if_any("categories") or []
    named = next((each for each in categories if isinstance(each, str)), None)
    return (named or record.optional_text_if_any("label") or "")[:MAX_TYPE_CHARACTERS]


def _of_claude(line: int, record: Record, context: Context) -> Iterator[Row | RowError]:
    """Running texts, of all conversations and of each project: cut into the statements they are made of."""
    texts = [("conversations_memory", record, "")] if record.is_text("conversations_memory") else []
    projects = record.record_if_any("project_memories")
    texts += [(name, projects, "project") for name in projects.names() if projects.is_text(name)] if projects else []
    for name, place, kind in texts:
        try:
            for statement in statements_of(place.text(name, blank=True)):
                yield _attribute(line, record, statement, context, kind=kind)
        except FieldError as error:
            yield error.row(line)


def _recognises(beginning: Beginning) -> bool:
    return beginning.element is not None and _system(beginning.element) is not None


def _propose(head: bytes) -> Options:
    records, _problems = first_records(text_of(head))
    system = next(filter(None, map(_system, records)), "")
    field = next((name for name in (*SUBJECT_FIELDS, "namespace") if records and records[0].has(name)), None)
    if field:
        return Options(SubjectPolicy.FIELD, field, system=system)
    return Options(SubjectPolicy.FILE, system=system)


READER = Reader(
    name="memories",
    label="Memories",
    help="What an assistant remembers of people: mem0, Zep, LangMem, Letta, Claude. Each memory is an attribute of that system.",
    section="Memories",
    recognises=_recognises,
    rows=rows_of_elements(_rows),
    propose=_propose,
    place=1,
)
