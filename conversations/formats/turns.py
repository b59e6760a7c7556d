"""Turns as the formats write them: a role by several names, content as text or as parts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .fields import FieldError, Record, excerpt, storable
from .limits import MAX_CONVERSATION_CHARACTERS, MAX_TURN_CHARACTERS, MAX_TURNS
from .rows import Turn

ROLES: Mapping[str, str] = {
    "user": "user",
    "human": "user",
    "prompter": "user",
    "assistant": "assistant",
    "ai": "assistant",
    "gpt": "assistant",
    "chatgpt": "assistant",
    "claude": "assistant",
    "model": "assistant",
    "bot": "assistant",
    "bard": "assistant",
    "bing": "assistant",
    "system": "system",
    "developer": "system",
    "tool": "tool",
    "function": "tool",
    "function_call": "assistant",
    "function-call": "assistant",
    "function_response": "tool",
    "function-response": "tool",
    "observation": "tool",
}

AUDIO = "[audio]"
IMAGE = "[image]"
# What stands in a turn for a part that is no text.
_NOTES: Mapping[str, str] = {
    "image_url": IMAGE,
    "input_image": IMAGE,
    "image": IMAGE,
    "image_asset_pointer": IMAGE,
    "input_audio": AUDIO,
    "output_audio": AUDIO,
    "audio": AUDIO,
    "audio_asset_pointer": AUDIO,
    "real_time_user_audio_video_asset_pointer": AUDIO,
    "file": "[file]",
    "input_file": "[file]",
    "document": "[file]",
    "video": "[video]",
    "video_container_asset_pointer": "[video]",
    "tool_use": "[tool call]",
    "tool_result": "[tool result]",
}
# Of these parts nobody saw anything.
_BOOKKEEPING = frozenset({"thinking", "redacted_thinking", "reasoning", "token_budget", "flag"})
_TEXT_FIELDS = ("text", "refusal", "transcript")


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
    speaker = turn_role(record, _found(record, role, "role"))
    text = turn_content(record, _found(record, content, "content"))
    return Turn(speaker, text) if text.strip() else None


def conversation_turns(
    records: Iterable[Record], path: str, role: str = "role", content: str = "content"
) -> tuple[Turn, ...]:
    """All turns of a format whose evidence counts them, or the error of the first that can't be taken."""
    turns: list[Turn] = []
    characters = 0
    for record in records:
        turn = Turn(
            role=turn_role(record, _found(record, role, "role")),
            content=turn_content(record, _found(record, content, "content")),
        )
        characters += len(turn.content)
        check_size(len(turns) + 1, characters, path)
        turns.append(turn)
    if not turns:
        raise FieldError(path, "at least one turn", "none")
    return tuple(turns)


def _found(record: Record, name: str, other: str) -> str:
    return other if record.has(other) and not record.has(name) else name


def check_size(turns: int, characters: int, path: str) -> None:
    if turns > MAX_TURNS:
        raise FieldError(path, f"at most {MAX_TURNS:,} turns", "more")
    if characters > MAX_CONVERSATION_CHARACTERS:
        raise FieldError(path, f"at most {MAX_CONVERSATION_CHARACTERS:,} characters in a conversation", "more")


def turn_role(record: Record, name: str = "role") -> str:
    expected = "one of user, assistant, system, tool (or human, gpt)"
    value = record.text_or_number(name, expected)
    if not isinstance(value, str) or value.lower() not in ROLES:
        raise record.error(name, expected)
    return ROLES[value.lower()]


def turn_content(record: Record, name: str = "content") -> str:
    value = record.text_or_list(name)
    if isinstance(value, list):
        return bounded(parts_text(value, record.at(name)), record.at(name))
    if value is not None:
        return bounded(value, record.at(name))
    return _said_elsewhere(record) or _nothing(record, name)


def _said_elsewhere(record: Record) -> str:
    """What a message without content says in another field."""
    if refusal := record.optional_text("refusal"):
        return refusal
    if calls := record.list("tool_calls", optional=True):
        return tool_calls(calls, record.at("tool_calls"))
    call = record.optional_record("function_call")
    return "" if call is None else _call_note(call)


def _nothing(record: Record, name: str) -> str:
    raise record.error(name, "text, or a list of parts")


def bounded(text: str, path: str) -> str:
    if len(text) > MAX_TURN_CHARACTERS:
        raise FieldError(path, f"at most {MAX_TURN_CHARACTERS:,} characters in a turn", excerpt(text))
    return storable(text, path)


def parts_text(parts: list[Any], path: str) -> str:
    """The texts of the parts, each on a line of its own. A recording beside its transcript is not noted."""
    read = [_part(part, f"{path}[{index}]") for index, part in enumerate(parts) if part is not None]
    is_transcribed = any(kind == "audio_transcription" for kind, _ in read)
    return "\n".join(text for kind, text in read if text and not (is_transcribed and _NOTES.get(kind) == AUDIO))


def _part(part: Any, path: str) -> tuple[str, str]:
    """What kind a part is and its text; one that has none is noted by its kind."""
    if isinstance(part, str):
        return "", part
    record = Record.of(part, path)
    kind = part_kind(record)
    if kind in _BOOKKEEPING:
        return kind, ""
    note = _NOTES.get(kind)
    if note is not None:
        return kind, (record.optional_text("transcript") if note == AUDIO else None) or note
    if any(record.has(name) for name in _TEXT_FIELDS):
        return kind, next(filter(None, map(record.optional_text, _TEXT_FIELDS)), "")
    if not kind:
        raise record.error("type", "the type of a content part")
    return kind, "[file]" if kind.endswith("_asset_pointer") else f"[{kind[:40]}]"


def part_kind(record: Record) -> str:
    return record.optional_text("type") or record.optional_text("content_type") or ""


def tool_calls(calls: list[Any], path: str) -> str:
    notes = []
    for index, call in enumerate(calls):
        function = Record.of(call, f"{path}[{index}]").optional_record("function")
        notes.append("[tool call]" if function is None else _call_note(function))
    return bounded("\n".join(notes), path)


def _call_note(call: Record) -> str:
    name = call.optional_text("name")
    return f"[tool call: {name[:80]}]" if name else "[tool call]"
