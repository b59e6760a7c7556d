"""Turns as the formats write them: a role by several names, content as text or as parts, or elsewhere in the message."""

from collections.abc import Iterable
from dataclasses import dataclass

from .fields import FieldError, Record
from .items import item_turn, results_of, unwrapped
from .limits import MAX_CONVERSATION_CHARACTERS, MAX_TURNS
from .parts import bounded, call_note, parts_text, tool_calls
from .roles import turn_role
from .rows import Turn

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
    turns: list[Turn] = []
    problems: list[FieldError] = []
    characters = 0
    for index, value in enumerate(values):
        try:
            turn = message_turn(Record.of(value, f"{path}[{index}]"), role, content)
        except FieldError as error:
            problems.append(error)
            continue
        if turn is not None:
            characters += len(turn.content)
            check_size(len(turns) + 1, characters, path)
            turns.append(turn)
    if not turns:
        raise problems[0] if problems else FieldError(path, "at least one message with text", "none")
    return SaidTurns(tuple(turns), tuple(problems))


def message_turn(record: Record, role: str = "role", content: str = "content") -> Turn | None:
    """One message; None where nothing of it was shown to anybody."""
    inner = unwrapped(record)
    if (item := item_turn(inner)) is not None:
        return item.turn
    speaker = turn_role(inner, _named(inner, (role, *_SPEAKERS)))
    if (results := results_of(inner)) is not None:
        return Turn("tool", results) if results.strip() else None
    text = turn_content(inner, _named(inner, (content, *_CONTENTS)))
    return Turn(speaker, text) if text.strip() else None


def _named(record: Record, names: tuple[str, ...]) -> str:
    """The first of the names under which something stands; else the first that is there at all, for its problem."""
    there = next((name for name in names if not record.missing(name)), None)
    return there or next((name for name in names if record.has(name)), names[0])


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
    value = record.text_or_list(name)
    if isinstance(value, list):
        return bounded(parts_text(value, record.at(name)), record.at(name))
    if value:
        return bounded(value, record.at(name))
    elsewhere = _said_elsewhere(record)
    return elsewhere if elsewhere or value is not None else _nothing(record, name)


def _said_elsewhere(record: Record) -> str:
    """What a message without content says in another field."""
    if refusal := record.optional_text("refusal"):
        return refusal
    if calls := record.list("tool_calls", optional=True):
        return tool_calls(calls, record.at("tool_calls"))
    call = record.optional_record("function_call")
    return "" if call is None else call_note(call.optional_text("name"))


def _nothing(record: Record, name: str) -> str:
    raise record.error(name, "text, or a list of parts")
