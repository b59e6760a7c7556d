"""Turns as the formats write them: a role by several names, content as text or as parts, or elsewhere in the message."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from .fields import FieldError, Record
from .items import item_turn, message_record, split_results, unwrapped
from .limits import MAX_CONVERSATION_CHARACTERS, MAX_TURNS
from .parts import bounded, call_note, parts_text, tool_calls
from .roles import turn_role
from .rows import Turn
from .thinking import without_thinking

# Under these names a message holds what it says, and who says it.
_CONTENTS = ("content", "parts", "text", "value", "message", "utterance")
_SPEAKERS = ("role", "from", "sender", "author", "speaker", "type")


@dataclass(frozen=True, slots=True)
class SaidTurns:
    """What was said, without the messages that can't be read: each of those is a problem, and costs no other."""

    turns: tuple[Turn, ...]
    problems: tuple[FieldError, ...] = ()


def transcript(values: Iterable[object], path: str, role: str = "role", content: str = "content") -> SaidTurns:
    """The messages of a vendor or a log, in their order; ``path`` is the list they stand in.

    Raises:
        FieldError: none of them can be read, or they are more than a conversation may hold.
    """
    numbered = enumerate(values)
    return said_turns(
        numbered, path, lambda each: message_turns(message_record(each[1], f"{path}[{each[0]}]"), role, content)
    )


def said_turns[M](messages: Iterable[M], path: str, turns_of: Callable[[M], Iterable[Turn]]) -> SaidTurns:
    """As ``transcript``, of messages of any shape: ``turns_of`` one it raises FieldError where that can't be read."""
    turns: list[Turn] = []
    problems: list[FieldError] = []
    characters = 0
    for message in messages:
        try:
            said = list(turns_of(message))
        except FieldError as error:
            problems.append(error)
            continue
        turns += said
        characters += sum(len(turn.content) for turn in said)
        check_size(len(turns), characters, path)
    if not turns:
        raise _none_of(problems) if problems else FieldError(path, "at least one message with text", "none")
    return SaidTurns(tuple(turns), tuple(problems))


def _none_of(problems: list[FieldError]) -> FieldError:
    """The first, and how many there are: each of them is a message."""
    first, count = problems[0], len(problems)
    return (
        first
        if count == 1
        else FieldError(first.field, first.expected, f"{first.found}; none of {count} messages can be read")
    )


def message_turns(record: Record, role: str = "role", content: str = "content") -> list[Turn]:
    """What one message comes to: no turn where nobody was shown anything, two where results of tools stand before a text."""
    inner = unwrapped(record)
    if (item := item_turn(inner)) is not None:
        return [item.turn] if item.turn else []
    speaker = turn_role(inner, _named(inner, (role, *_SPEAKERS)))
    results, inner = split_results(inner)
    said = [Turn("tool", results)] if results is not None else []
    if results is None or not inner.missing("content"):
        said.append(Turn(speaker, turn_content(inner, _named(inner, (content, *_CONTENTS)))))
    return [_shown(turn) for turn in said if turn.content.strip()]


def _shown(turn: Turn) -> Turn:
    """Models that think aloud begin with it; the same tags amid an answer are a part of that."""
    return without_thinking(turn) if turn.content.lstrip().startswith("<") else turn


def message_turn(record: Record, role: str = "role", content: str = "content") -> Turn | None:
    """Of a message that comes to one turn at most; of two it is the one that a person said."""
    return next(reversed(message_turns(record, role, content)), None)


def _named(record: Record, names: tuple[str, ...]) -> str:
    """The first of the names under which something stands; else the first that is there at all, for its problem."""
    for is_it in (record.says, lambda name: not record.missing(name), record.has):
        if (found := next(filter(is_it, names), None)) is not None:
            return found
    return names[0]


def conversation_turns(
    records: Iterable[Record], path: str, role: str = "role", content: str = "content"
) -> tuple[Turn, ...]:
    """All turns of a format whose evidence counts them, or the error of the first that can't be taken."""
    turns: list[Turn] = []
    characters = 0
    for record in records:
        turn = Turn(role=turn_role(record, role), content=turn_content(record, content))
        characters += len(turn.content)
        check_size(len(turns) + 1, characters, path)
        turns.append(turn)
    if not turns:
        raise FieldError(path, "at least one turn", "none")
    return tuple(turns)


def check_size(turns: int, characters: int, path: str) -> None:
    if turns > MAX_TURNS:
        raise FieldError(path, f"at most {MAX_TURNS:,} turns", "more")
    if characters > MAX_CONVERSATION_CHARACTERS:
        raise FieldError(path, f"at most {MAX_CONVERSATION_CHARACTERS:,} characters in a conversation", "more")


def turn_content(record: Record, name: str = "content") -> str:
    value = None if record.missing(name) else _text_or_parts(record, name)
    text = parts_text(value, record.at(name)) if isinstance(value, list) else value
    if text:
        return bounded(text, record.at(name))
    elsewhere = _said_elsewhere(record)
    return elsewhere if elsewhere or value is not None else _nothing(record, name)


def _text_or_parts(record: Record, name: str) -> str | list[Any] | None:
    """One part may stand there itself, or an object around the parts."""
    inner = record.record_if_any(name)
    if inner is None:
        return record.text_or_list(name)
    return [inner.as_it_is()] if inner.list_if_any("parts") is None else inner.list("parts")


def _said_elsewhere(record: Record) -> str:
    """What a message without content says in another field; LangChain keeps those of others in a field of its own."""
    spoken = record.record_if_any("audio")
    if said := record.optional_text("refusal") or (spoken.optional_text("transcript") if spoken else None):
        return said
    if calls := record.list("tool_calls", optional=True):
        return tool_calls(calls, record.at("tool_calls"))
    if (call := record.optional_record("function_call")) is not None:
        return call_note(call.optional_text("name"))
    inner = record.record_if_any("additional_kwargs")
    return "" if inner is None else _said_elsewhere(inner)


def _nothing(record: Record, name: str) -> str:
    raise record.error(name, "text, or a list of parts")
