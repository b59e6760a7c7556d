"""Rows that systems and judgments speak about: subjects, conversations, attributes, prompts and cases."""

from collections.abc import Iterator, Mapping

from conversations.formats.context import Context
from conversations.formats.fields import Record
from conversations.formats.limits import (
    MAX_ATTRIBUTE_CHARACTERS,
    MAX_LANGUAGE_CHARACTERS,
    MAX_NAME_CHARACTERS,
    MAX_TYPE_CHARACTERS,
)
from conversations.formats.rows import (
    AttributeRow,
    CaseRow,
    ConversationRow,
    EvidencePointer,
    PromptRow,
    Row,
    SubjectRow,
)
from conversations.formats.turns import conversation_turns

from .kind import RowKind

_ORIGINS = ("real", "synthetic", "illustrative", "unknown")


def _subject(line: int, record: Record, context: Context) -> Row:
    return SubjectRow(
        line=line,
        subject=record.identifier("subject"),
        origin=None if record.missing("origin") else record.choice("origin", _ORIGINS),
        stated_conversations=record.optional_integer("stated_conversations"),
    )


def _conversation(line: int, record: Record, context: Context) -> Row:
    def turns() -> Iterator[Record]:
        for turn in record.records("turns"):
            turn.only(frozenset({"role", "content"}))
            yield turn

    return ConversationRow(
        line=line,
        subject=record.identifier("subject"),
        conversation=record.optional_identifier("conversation"),
        turns=conversation_turns(turns(), record.at("turns")),
        language=record.optional_text("language", MAX_LANGUAGE_CHARACTERS),
        model=record.optional_text("model", MAX_NAME_CHARACTERS),
        flags={name: record.boolean(name) for name in ("toxic", "redacted") if not record.missing(name)},
    )


def _attribute(line: int, record: Record, context: Context) -> Row:
    return AttributeRow(
        line=line,
        subject=record.identifier("subject"),
        text=record.text("attribute", MAX_ATTRIBUTE_CHARACTERS),
        attribute=record.optional_identifier("id"),
        reason=record.optional_text("reason") or "",
        confidence=record.optional_number("confidence", 0, 1),
        evidence=tuple(_pointer(pointer) for pointer in record.records("evidence", optional=True)),
        system=record.optional_text("system", MAX_NAME_CHARACTERS) or context.options.system or None,
        type=record.optional_text("type", MAX_TYPE_CHARACTERS) or "",
        merged_from=_texts(record, "merged_from"),
    )


def _pointer(record: Record) -> EvidencePointer:
    record.only(frozenset({"conversation", "turn", "quote"}))
    return EvidencePointer(
        conversation=record.optional_identifier("conversation"),
        turn=record.optional_integer("turn"),
        quote=record.optional_text("quote"),
    )


def _texts(record: Record, name: str) -> tuple[str, ...]:
    values = record.list(name, optional=True)
    return tuple(
        Record({str(index): value}, record.at(name)).text(str(index), MAX_ATTRIBUTE_CHARACTERS)
        for index, value in enumerate(values)
    )


def _prompt(line: int, record: Record, context: Context) -> Row:
    return PromptRow(
        line=line,
        prompt=record.identifier("prompt"),
        text=record.text("text"),
        topic=record.optional_text("topic", MAX_NAME_CHARACTERS) or "",
    )


def _case(line: int, record: Record, context: Context) -> Row:
    return CaseRow(line=line, subject=record.identifier("subject"), prompt=record.identifier("prompt"))


KINDS: Mapping[str, RowKind] = {
    "subject": RowKind(frozenset({"subject", "origin", "stated_conversations"}), _subject),
    "conversation": RowKind(
        frozenset({"subject", "conversation", "turns", "language", "model", "toxic", "redacted"}), _conversation
    ),
    "attribute": RowKind(
        frozenset({"subject", "id", "attribute", "reason", "confidence", "evidence", "system", "type", "merged_from"}),
        _attribute,
    ),
    "prompt": RowKind(frozenset({"prompt", "text", "topic"}), _prompt),
    "case": RowKind(frozenset({"subject", "prompt"}), _case),
}
