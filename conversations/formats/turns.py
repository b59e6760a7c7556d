"""Turns as the formats write them: a role by several names, content as text or as parts."""

from collections.abc import Iterable, Mapping
from typing import Any

from .fields import FieldError, Record, excerpt, storable
from .limits import MAX_CONVERSATION_CHARACTERS, MAX_TURN_CHARACTERS, MAX_TURNS
from .rows import Turn

ROLES: Mapping[str, str] = {
    "user": "user",
    "human": "user",
    "prompter": "user",
    "assistant": "assistant",
    "gpt": "assistant",
    "chatgpt": "assistant",
    "model": "assistant",
    "bot": "assistant",
    "bard": "assistant",
    "bing": "assistant",
    "system": "system",
    "developer": "system",
    "tool": "tool",
    "function": "tool",
    "function_call": "assistant",
    "function_response": "tool",
    "observation": "tool",
}

_NAMED_PARTS: Mapping[str, str] = {
    "image_url": "[image]",
    "input_image": "[image]",
    "image": "[image]",
    "image_asset_pointer": "[image]",
    "input_audio": "[audio]",
    "audio": "[audio]",
    "audio_asset_pointer": "[audio]",
    "file": "[file]",
    "input_file": "[file]",
    "document": "[file]",
    "video": "[video]",
    "tool_use": "[tool call]",
    "tool_result": "[tool result]",
}


def conversation_turns(
    records: Iterable[Record], path: str, role: str = "role", content: str = "content"
) -> tuple[Turn, ...]:
    """All turns, or the error of the first that can't be taken: a conversation with a hole is another conversation."""
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


def turn_role(record: Record, name: str = "role") -> str:
    value = record.values.get(name)
    if not isinstance(value, str) or value.lower() not in ROLES:
        raise record.error(name, "one of user, assistant, system, tool (or human, gpt)")
    return ROLES[value.lower()]


def turn_content(record: Record, name: str = "content") -> str:
    value = record.values.get(name)
    if value is None and record.values.get("tool_calls"):
        return tool_calls(record)
    if isinstance(value, list):
        return bounded(
            "\n".join(part_text(part, f"{record.at(name)}[{index}]") for index, part in enumerate(value)),
            record.at(name),
        )
    if not isinstance(value, str):
        raise record.error(name, "text, or a list of parts")
    return bounded(value, record.at(name))


def bounded(text: str, path: str) -> str:
    if len(text) > MAX_TURN_CHARACTERS:
        raise FieldError(path, f"at most {MAX_TURN_CHARACTERS:,} characters in a turn", excerpt(text))
    return storable(text, path)


def part_text(part: Any, path: str) -> str:
    """The text of one part; a part that has none is noted by its type."""
    if isinstance(part, str):
        return part
    record = Record.of(part, path)
    kind = record.values.get("type", record.values.get("content_type"))
    if isinstance(kind, str) and kind in _NAMED_PARTS:
        return _NAMED_PARTS[kind]
    for name in ("text", "refusal", "transcript"):
        if isinstance(record.values.get(name), str):
            return str(record.values[name])
    if not isinstance(kind, str):
        raise record.error("type", "the type of a content part")
    return f"[{kind[:40]}]"


def tool_calls(record: Record) -> str:
    names = []
    for call in record.records("tool_calls"):
        function = call.values.get("function")
        name = function.get("name") if isinstance(function, dict) else None
        names.append(f"[tool call: {name[:80]}]" if isinstance(name, str) else "[tool call]")
    return bounded("\n".join(names), record.at("tool_calls"))
