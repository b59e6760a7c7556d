"""Conversations as JSON rows: OpenAI messages, ShareGPT, WildChat, LMSYS."""

from collections.abc import Iterator
from typing import Any

from .context import Context
from .fields import Record
from .limits import MAX_LANGUAGE_CHARACTERS, MAX_NAME_CHARACTERS
from .rows import ConversationRow, Turn
from .subjects import subject_of
from .turns import conversation_turns

_CONVERSATION_IDS = ("conversation_id", "conversation_hash", "session_id", "chat_id", "thread_id", "uuid", "id")


def openai(line: int, record: Record, context: Context) -> Iterator[ConversationRow]:
    yield conversation_row(line, record, context, conversation_turns(record.records("messages"), record.at("messages")))


def sharegpt(line: int, record: Record, context: Context) -> Iterator[ConversationRow]:
    turns = conversation_turns(record.records("conversations"), record.at("conversations"), "from", "value")
    yield conversation_row(line, record, context, turns)


def wildchat(line: int, record: Record, context: Context) -> Iterator[ConversationRow]:
    turns = conversation_turns(record.records("conversation"), record.at("conversation"))
    flags = {name: record.boolean(name) for name in ("toxic", "redacted") if not record.missing(name)}
    yield conversation_row(line, record, context, turns, flags=flags, subject_field="hashed_ip")


def lmsys(line: int, record: Record, context: Context) -> Iterator[ConversationRow]:
    turns = conversation_turns(record.records("conversation"), record.at("conversation"))
    flags = {"redacted": record.boolean("redacted")} if not record.missing("redacted") else {}
    if not record.missing("openai_moderation"):
        flags["toxic"] = any(verdict.optional_boolean("flagged") for verdict in record.records("openai_moderation"))
    yield conversation_row(line, record, context, turns, flags=flags)


def conversation_row(
    line: int,
    record: Record,
    context: Context,
    turns: tuple[Turn, ...],
    *,
    flags: dict[str, Any] | None = None,
    subject_field: str | None = None,
) -> ConversationRow:
    conversation = next((record.identifier(name) for name in _CONVERSATION_IDS if not record.missing(name)), None)
    return ConversationRow(
        line=line,
        subject=subject_of(record, context.options, conversation, turns, subject_field),
        conversation=conversation,
        turns=turns,
        language=record.optional_text("language", MAX_LANGUAGE_CHARACTERS),
        model=record.optional_text("model", MAX_NAME_CHARACTERS),
        flags=flags or {},
    )
