"""Stages 1 and 2 of the research release: task 4 (conversations and attributes) and task 5 (cases)."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from .context import Context
from .fields import FieldError, Record, excerpt
from .limits import MAX_ATTRIBUTE_CHARACTERS, MAX_INTEGER
from .rows import (
    AttributeRow,
    CaseRow,
    ConversationRow,
    EvidencePointer,
    PromptRow,
    Row,
    RowError,
    SelectedAttribute,
    SelectionRow,
    SubjectRow,
)
from .turns import conversation_turns

# Generated corpora. What other sources say is left to the origin stated for the batch.
_SYNTHETIC_SOURCES = frozenset({"cupid", "prefeval", "personalens"})
PRESELECTION = "release preselection"


def task4(line: int, record: Record, context: Context) -> Iterator[Row | RowError]:
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


def attribute_row(
    line: int, subject: str, entry: Record, context: Context, evidence: Sequence[EvidencePointer] = ()
) -> AttributeRow:
    return AttributeRow(
        line=line,
        subject=subject,
        text=entry.text("attribute", MAX_ATTRIBUTE_CHARACTERS),
        reason=entry.optional_text("reason") or "",
        confidence=entry.optional_number("confidence", 0, 1),
        evidence=tuple(evidence),
        system=context.options.system or None,
        merged_from=_originals(entry),
    )


def _originals(entry: Record) -> tuple[str, ...]:
    texts = entry.list("original_attributes", optional=True)
    path = entry.at("original_attributes")
    return tuple(Record({str(n): text}, path).text(str(n), MAX_ATTRIBUTE_CHARACTERS) for n, text in enumerate(texts))


def task5(line: int, record: Record, context: Context) -> Iterator[Row | RowError]:
    subject = record.identifier("user_id")
    prompt = record.identifier("prompt_index")
    text = record.text("prompt_text")
    profile = record.list("profile_attributes")
    yield from profile_rows(line, subject, profile, "profile_attributes", context)
    if context.first_time("prompt", prompt, text):
        yield PromptRow(line=line, prompt=prompt, text=text)
    yield CaseRow(line=line, subject=subject, prompt=prompt)
    yield from _preselection(line, subject, prompt, record)


def profile_rows(line: int, subject: str, profile: list[Any], path: str, context: Context) -> Iterator[Row | RowError]:
    """A subject's profile stands in each of its cases and is yielded once for each of its versions."""
    if not context.first_time("profile", subject, json.dumps(profile, sort_keys=True)):
        return
    for index, value in enumerate(profile):
        try:
            yield attribute_row(line, subject, Record.of(value, f"{path}[{index}]"), context)
        except FieldError as error:
            yield error.row(line)


def _preselection(line: int, subject: str, prompt: str, record: Record) -> Iterator[Row | RowError]:
    """``items`` holds what a model picked beforehand; what it did not list, it did not pick."""
    if record.missing("items"):
        return
    picked, items = [], record.list("items")
    for index, value in enumerate(items):
        try:
            item = Record.of(value, f"items[{index}]")
            attribute = item.text("attribute", MAX_ATTRIBUTE_CHARACTERS)
            picked.append(SelectedAttribute(attribute, score=item.optional_number("relevance")))
        except FieldError as error:
            yield error.row(line)
    if len(picked) == len(items):  # with one left out the rest would say no to it
        yield SelectionRow(
            line=line, system=PRESELECTION, subject=subject, prompt=prompt, attributes=tuple(picked), is_whole=True
        )
