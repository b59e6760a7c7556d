"""Tables with one attribute a row: CSV, sheets, and flat rows of JSON or Parquet."""

from collections.abc import Iterator, Mapping
from typing import BinaryIO

from conversations.formats.fields import FieldError, Record
from conversations.formats.heads import first_records, text_of
from conversations.formats.limits import MAX_ATTRIBUTE_CHARACTERS, MAX_NAME_CHARACTERS, MAX_TYPE_CHARACTERS
from conversations.formats.options import Options, SubjectPolicy
from conversations.formats.reader import Beginning, Reader
from conversations.formats.rows import AttributeRow, EvidencePointer, Row, RowError
from conversations.formats.subjects import file_subject

from .tables.by_columns import ReadTable, rows_by_columns
from .tables.columns import NAMES as COLUMNS_OF_TURNS
from .tables.columns import holds_exchanges, holds_turns, proposed
from .tables.table_rows import header_of

_NAMES: Mapping[str, tuple[str, ...]] = {
    "subject": COLUMNS_OF_TURNS["subject"],
    "attribute": ("attribute", "memory", "fact", "trait", "statement", "preference", "memory_text", "attribute_text"),
    "id": ("attribute_id", "memory_id", "fact_id", "id"),
    "confidence": ("confidence", "score", "probability"),
    "system": ("system", "source", "extractor"),
    "type": ("type", "category", "kind", "label"),
    "reason": ("reason", "reasoning", "explanation", "rationale"),
    "quote": ("quote", "evidence", "evidence_text", "evidence_quote"),
    "conversation": COLUMNS_OF_TURNS["conversation"],
}


def _rows(stream: BinaryIO, options: Options) -> Iterator[Row | RowError]:
    return rows_by_columns(stream, options, _NAMES, refuse=_refuse_unless_whole, of_row=_attribute)


def _refuse_unless_whole(table: ReadTable, options: Options) -> None:
    needed = ["attribute"] if options.subject_policy is SubjectPolicy.FILE else ["subject", "attribute"]
    for ours in needed:
        if ours not in table.columns:
            listed = ", ".join(repr(name[:60]) for name in table.names[:20])
            raise FieldError(ours, f"a column for {ours}: say which one it is", f"the columns {listed}")


def _attribute(line: int, record: Record, _table: ReadTable, options: Options) -> Iterator[AttributeRow]:
    is_file = options.subject_policy is SubjectPolicy.FILE
    conversation, quote = record.optional_identifier_or_blank("conversation"), record.optional_text("quote")
    yield AttributeRow(
        line=line,
        subject=file_subject(options) if is_file else record.identifier("subject"),
        text=record.text("attribute", MAX_ATTRIBUTE_CHARACTERS),
        attribute=record.optional_identifier_or_blank("id"),
        reason=record.optional_text("reason") or "",
        confidence=record.optional_share("confidence"),
        evidence=(EvidencePointer(conversation, None, quote),) if conversation or quote else (),
        system=record.optional_text("system", MAX_NAME_CHARACTERS) or options.system or None,
        type=record.optional_text("type", MAX_TYPE_CHARACTERS) or "",
    )


def _recognises(beginning: Beginning) -> bool:
    element = beginning.element
    names = header_of(beginning.text) if element is None else element.names()
    if element is None and (b"\x00" in beginning.text or b"\n" not in beginning.text or len(names) < 2):
        return False
    turns = proposed(names)
    columns = proposed(names, _NAMES)
    is_attributes = {"subject", "attribute"} <= columns.keys() and not holds_turns(turns) and not holds_exchanges(turns)
    return is_attributes and (element is None or element.is_text(columns["attribute"]))


def _propose(head: bytes) -> Options:
    data = text_of(head)
    records, _problems = first_records(data) if data.startswith((b"{", b"[")) else ([], [])
    names = records[0].names() if records else header_of(head)
    columns = proposed(names, _NAMES)
    policy = SubjectPolicy.FIELD if "subject" in columns else SubjectPolicy.FILE
    return Options(policy, columns=columns, system="" if "system" in columns else "uploaded attributes")


READER = Reader(
    name="attributes",
    label="Table, one attribute a row",
    help="CSV, a sheet or flat rows: columns for user and attribute (or memory, fact), with or without confidence, system, type, reason, quote.",
    section="Tables of attributes",
    recognises=_recognises,
    rows=_rows,
    propose=_propose,
    columns=tuple(_NAMES),
    place=1,
)
