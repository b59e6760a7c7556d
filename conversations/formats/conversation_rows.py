"""A conversation that is one JSON object: what its fields say beside its turns."""

from collections.abc import Iterator
from typing import Any

from .context import Context
from .fields import Record
from .limits import MAX_LANGUAGE_CHARACTERS, MAX_NAME_CHARACTERS
from .rows import ConversationRow, Row, RowError, Turn
from .subjects import subject_of
from .turns import SaidTurns

_CONVERSATION_IDS = ("conversation_id", "conversation_hash", "session_id", "chat_id", "thread_id", "uuid", "id")


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


def conversation_and_problems(
    line: int,
    record: Record,
    context: Context,
    said: SaidTurns,
    *,
    flags: dict[str, Any] | None = None,
    subject_field: str | None = None,
) -> Iterator[Row | RowError]:
    """The conversation as far as it can be read, and what of it can't."""
    yield conversation_row(line, record, context, said.turns, flags=flags, subject_field=subject_field)
    yield from (error.row(line, kept=True) for error in said.problems)
