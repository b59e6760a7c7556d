"""OpenAssistant: trees of messages, or their messages one a row. The line of the best ranked replies is the conversation."""

from collections.abc import Iterator
from typing import Any, BinaryIO

from conversations.formats.context import Context
from conversations.formats.conversation_rows import conversation_and_problems
from conversations.formats.fields import FieldError, Record
from conversations.formats.json_elements import guarded, objects_in
from conversations.formats.options import Options, SubjectPolicy
from conversations.formats.reader import Beginning, Reader
from conversations.formats.records import read_records
from conversations.formats.rows import Row, RowError
from conversations.formats.turns import transcript

_DEEPEST = 200


def _rows(stream: BinaryIO, options: Options) -> Iterator[Row | RowError]:
    """Messages of one tree stand together; a tree is put together when the next begins."""
    context = Context(options)
    held: list[tuple[int, Record]] = []
    for each in read_records(stream):
        if isinstance(each, RowError):
            yield each
            continue
        line, value = each
        record = Record.of(value) if isinstance(value, dict) else Record({})
        if not record.missing("prompt"):
            yield from guarded(line, lambda line=line, record=record: _tree(line, record, context))  # type: ignore[misc]
            continue
        if held and _tree_of(held[0][1]) != _tree_of(record):
            yield from _flat(held, context)
            held = []
        held.append((line, record))
    yield from _flat(held, context)


def _tree_of(record: Record) -> str | None:
    return record.optional_text_if_any("message_tree_id")


def _flat(held: list[tuple[int, Record]], context: Context) -> Iterator[Row | RowError]:
    if held:
        messages = [record for _line, record in held]
        yield from guarded(held[0][0], lambda: _line_of(held[0][0], messages, context))


def _tree(line: int, record: Record, context: Context) -> Iterator[Row | RowError]:
    messages: list[Record] = []
    odd: list[FieldError] = []
    waiting: list[tuple[Record, int]] = [(record.record("prompt"), 0)]
    while waiting:
        message, depth = waiting.pop()
        if depth > _DEEPEST:
            raise FieldError("prompt", f"replies at most {_DEEPEST} deep", "more")
        messages.append(message)
        replies, problems = ([], []) if message.missing("replies") else objects_in(message, "replies")
        waiting += [(reply, depth + 1) for reply in replies]
        odd += problems
    yield from _line_of(line, messages, context, name=record.optional_identifier("message_tree_id"))
    yield from (each.row(line, kept=True) for each in odd)


def _line_of(
    line: int, messages: list[Record], context: Context, *, name: str | None = None
) -> Iterator[Row | RowError]:
    by_parent: dict[str | None, list[Record]] = {}
    for message in messages:
        if not message.is_marked("deleted"):
            by_parent.setdefault(message.optional_identifier("parent_id"), []).append(message)
    first = next(iter(by_parent.get(None, [])), None)
    if first is None:
        raise FieldError("parent_id", "a first message", "none")
    chosen = [first]
    while len(chosen) <= _DEEPEST and (replies := by_parent.get(chosen[-1].identifier("message_id"))):
        chosen.append(min(replies, key=_rank))
    said = transcript([_message(message) for message in chosen], "messages")
    conversation = name or first.optional_identifier("message_tree_id") or first.identifier("message_id")
    about = Record(
        {**first.as_it_is(), "conversation_id": conversation, "language": first.optional_text_if_any("lang")}
    )
    yield from conversation_and_problems(line, about, context, said)
    if others := len(messages) - len(chosen):
        found = f"{others} other repl{'y' if others == 1 else 'ies'}"
        yield FieldError("messages", "one line of messages; that of the best ranked replies is kept", found).row(
            line, kept=True
        )


def _rank(message: Record) -> tuple[bool, float]:
    rank = None if message.missing("rank") else message.optional_number("rank")
    return (rank is None, rank or 0)


def _message(message: Record) -> dict[str, Any]:
    return {"role": message.optional_text("role"), "content": message.optional_text("text") or ""}


def _recognises(beginning: Beginning) -> bool:
    element = beginning.element
    return (
        element is not None
        and element.has("message_tree_id")
        and (element.has("prompt") or element.has("message_id", "text"))
    )


def _propose(head: bytes) -> Options:
    return Options(SubjectPolicy.FIELD, "user_id") if b'"user_id"' in head else Options(SubjectPolicy.CONVERSATION)


READER = Reader(
    name="oasst",
    label="OpenAssistant",
    help="Trees of OpenAssistant, or their messages one a row: the best ranked line is the conversation.",
    section="OpenAssistant",
    recognises=_recognises,
    rows=_rows,
    propose=_propose,
    names_subjects=False,
    holds_conversations_only=True,
)
