"""Stage 1 of the research release: conversations, attributes and their evidence."""

from collections.abc import Iterator
from typing import Any

from conversations.formats.context import Context
from conversations.formats.fields import FieldError, Record, excerpt
from conversations.formats.json_elements import rows_of_elements, with_fields
from conversations.formats.limits import MAX_INTEGER
from conversations.formats.options import Options
from conversations.formats.reader import Reader, proposing
from conversations.formats.rows import ConversationRow, EvidencePointer, Row, RowError, SubjectRow
from conversations.formats.turns import conversation_turns

from .profiles import attribute_row

# Generated corpora. What other sources say is left to the origin stated for the batch.
_SYNTHETIC_SOURCES = frozenset({"cupid", "prefeval", "personalens"})


def _rows(line: int, record: Record, context: Context) -> Iterator[Row | RowError]:
    subject = record.identifier("user_id")
    source = record.optional_text("source")
    yield SubjectRow(line=line, subject=subject, origin="synthetic" if source in _SYNTHETIC_SOURCES else None)
    yield from _conversations(line, subject, record)
    yield from _attributes_with_evidence(line, subject, record, context)


def _conversations(line: int, subject: str, record: Record) -> Iterator[Row | RowError]:
    for index, value in enumerate(record.list("conversations")):
        try:
            entry = Record.of(value, f"conversations[{index}]")
            yield ConversationRow(
                line=line,
                subject=subject,
                conversation=entry.identifier("conversation_hash"),
                turns=conversation_turns(entry.records("conversation"), entry.at("conversation")),
            )
        except FieldError as error:
            yield error.row(line)


def _attributes_with_evidence(line: int, subject: str, record: Record, context: Context) -> Iterator[Row | RowError]:
    attributes = record.list("merged_attributes")
    evidence: list[Any] | None = record.list("evidence", optional=True)
    if record.missing("evidence"):
        evidence = None
    elif evidence is not None and len(evidence) != len(attributes):
        expected = f"one entry for each of the {len(attributes)} attributes; they are kept without evidence"
        yield FieldError("evidence", expected, excerpt(evidence)).row(line, kept=True)
        evidence = None
    for index, value in enumerate(attributes):
        try:
            entry = Record.of(value, f"merged_attributes[{index}]")
            pointers, problems = _pointers(record, evidence[index], index) if evidence is not None else ((), ())
            yield attribute_row(line, subject, entry, context, pointers)
            yield from (problem.row(line, kept=True) for problem in problems)
        except FieldError as error:
            yield error.row(line)


def _pointers(record: Record, value: Any, index: int) -> tuple[tuple[EvidencePointer, ...], tuple[FieldError, ...]]:
    """What can be said of where the evidence lies, and what can't; whether a turn exists is the importer's to see."""
    path = f"evidence[{index}]"
    if not isinstance(value, dict):
        return (), (FieldError(path, "conv_idx and turn_idxs; the attribute is kept", excerpt(value)),)
    entry = Record.of(value, path)
    problems: list[FieldError] = []
    conversation = _conversation_name(record, entry, problems)
    pointers = tuple(EvidencePointer(conversation, turn, None) for turn in _turn_indexes(entry, problems))
    if not pointers and conversation is not None:
        pointers = (EvidencePointer(conversation, None, None),)
    return pointers, tuple(problems)


def _conversation_name(record: Record, entry: Record, problems: list[FieldError]) -> str | None:
    conversations = record.list("conversations")
    try:
        index = entry.integer("conv_idx", 0, len(conversations) - 1)
        return Record.of(conversations[index], f"conversations[{index}]").identifier("conversation_hash")
    except FieldError as error:
        expected = f"the index of one of the {len(conversations)} conversations; the attribute is kept"
        problems.append(FieldError(entry.at("conv_idx"), expected, error.found))
        return None


def _turn_indexes(entry: Record, problems: list[FieldError]) -> Iterator[int]:
    try:
        turns = entry.list("turn_idxs")
    except FieldError as error:
        problems.append(FieldError(error.field, "a list of turn indexes; the attribute is kept", error.found))
        return
    for turn in turns:
        if isinstance(turn, int) and not isinstance(turn, bool) and 0 <= turn <= MAX_INTEGER:
            yield turn
        else:
            expected = "turn indexes from 0; the attribute is kept"
            problems.append(FieldError(entry.at("turn_idxs"), expected, excerpt(turn)))


READER = Reader(
    name="release_task4",
    label="Release, task 4",
    help="Stage 1 of the research release: conversations, attributes and evidence.",
    section="The research release",
    recognises=with_fields("merged_attributes"),
    rows=rows_of_elements(_rows),
    propose=proposing(Options(system="release")),
)
