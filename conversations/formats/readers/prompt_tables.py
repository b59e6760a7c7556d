"""Tables with one prompt a row and nothing that answers it: CSV, sheets, and flat rows of JSON or Parquet."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO

from conversations.formats.fields import FieldError, Record, excerpt
from conversations.formats.heads import first_records, text_of
from conversations.formats.limits import MAX_NAME_CHARACTERS
from conversations.formats.options import Options, SubjectPolicy
from conversations.formats.reader import Beginning, Reader
from conversations.formats.rows import CaseRow, PromptRow, Row, RowError
from conversations.formats.subjects import file_subject

from .tables.by_columns import ReadTable, rows_by_columns
from .tables.columns import NAMES as COLUMNS_OF_TURNS
from .tables.columns import folded, proposed
from .tables.table_rows import header_of

_NAMES: Mapping[str, tuple[str, ...]] = {
    "prompt": (*COLUMNS_OF_TURNS["prompt"], "prompts", "questions", "prompt_text", "question_text", "text"),
    "id": ("prompt_id", "question_id", "id"),
    "topic": ("topic", "category", "domain", "theme", "task", "type"),
    "subject": COLUMNS_OF_TURNS["subject"],
}
# What makes a row something else than a prompt: who said it, where it belongs, what was answered.
_OTHERS = ("conversation", "turn", "role", "content", "response")
# Names that tell of a prompt beside a topic only, or that tell of anything: then the uploader says so.
_BESIDE_A_TOPIC = frozenset({"input", "request", "human"})
_TELLS_NOTHING = "text"


def _rows(stream: BinaryIO, options: Options) -> Iterator[Row | RowError]:
    return rows_by_columns(stream, options, _NAMES, refuse=_refuse_unless_whole, of_row=_prompt, beside=_not_read)


def _refuse_unless_whole(table: ReadTable, options: Options) -> None:
    if "prompt" not in table.columns:
        raise FieldError("prompt", "a column for prompt: say which one it is", f"the columns {_listed(table.names)}")
    if options.subject_policy is SubjectPolicy.FILE:
        file_subject(options)


def _not_read(table: ReadTable) -> Iterator[RowError]:
    """Whatever else the file says of its prompts is told to be left out, once."""
    if others := [name for name in table.names if name not in table.columns.values()]:
        expected = "columns for prompt, id, topic and subject; the prompts are kept without the others"
        yield FieldError("", expected, _listed(others)).row(table.line, kept=True)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(excerpt(name) for name in names[:20])


def _prompt(line: int, record: Record, table: ReadTable, options: Options) -> Iterator[Row | RowError]:
    """Of a person it is a case, too; a prompt without an id is named by its text."""
    text = record.text("prompt")
    name = record.optional_identifier_or_blank("id") or _name_of(text)
    topic = record.optional_text("topic", MAX_NAME_CHARACTERS) or ""
    yield PromptRow(line=line, prompt=name, text=text, topic=topic)
    if options.subject_policy is SubjectPolicy.FILE:
        yield CaseRow(line=line, subject=file_subject(options), prompt=name)
    elif "subject" in table.columns:
        yield _case(line, record, name)


def _case(line: int, record: Record, name: str) -> CaseRow | RowError:
    try:
        return CaseRow(line=line, subject=record.identifier("subject"), prompt=name)
    except FieldError as error:
        return error.row(line, kept=True)


def _name_of(text: str) -> str:
    return f"prompt-{hashlib.sha256(text.encode()).hexdigest()[:24]}"


def _recognises(beginning: Beginning) -> bool:
    element = beginning.element
    names = header_of(beginning.text) if element is None else element.names()
    if element is None and (b"\x00" in beginning.text or b"\n" not in beginning.text):
        return False
    columns, turns = proposed(names, _NAMES), proposed(names)
    if "prompt" not in columns or any(ours in turns for ours in _OTHERS if turns.get(ours) != columns["prompt"]):
        return False
    name = folded(columns["prompt"])
    if name == _TELLS_NOTHING or (name in _BESIDE_A_TOPIC and "topic" not in columns):
        return False
    return element is None or (_is_prompt(element, columns) and _is_flat(element))


def _is_prompt(element: Record, columns: Mapping[str, str]) -> bool:
    """Of an object that may stand in anything, one name alone tells too little."""
    return element.is_text(columns["prompt"]) and (len(columns) > 1 or folded(columns["prompt"]) == "prompt")


def _is_flat(element: Record) -> bool:
    """Objects and lists beside the prompt are another format's."""
    return all(element.record_if_any(name) is None and element.list_if_any(name) is None for name in element.names())


def _propose(head: bytes) -> Options:
    data = text_of(head)
    records, _problems = first_records(data) if data.startswith((b"{", b"[")) else ([], [])
    return Options(columns=proposed(records[0].names() if records else header_of(head), _NAMES))


READER = Reader(
    name="prompts",
    label="Table, one prompt a row",
    help="CSV, a sheet or flat rows: a column for the prompt or question, with or without id, topic and user. With a user each row is a case, too.",
    section="Tables of prompts",
    recognises=_recognises,
    rows=_rows,
    propose=_propose,
    columns=tuple(_NAMES),
)
