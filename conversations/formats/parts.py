"""Content as a list of parts: texts as they are, what is no text by a note in its place, and what nobody saw not at all."""

from collections.abc import Mapping
from typing import Any

from .fields import FieldError, Record, excerpt, storable
from .limits import MAX_TURN_CHARACTERS

AUDIO = "[audio]"
IMAGE = "[image]"
PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".heic")
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
    "inlineData": "[file]",
    "fileData": "[file]",
    "video_container_asset_pointer": "[video]",
    "tool_result": "[tool result]",
    "tool-result": "[tool result]",
    "functionResponse": "[tool result]",
}
_CALLS = frozenset({"tool_use", "server_tool_use", "tool-call", "functionCall", "function_call"})
# Of these parts nobody saw anything.
_BOOKKEEPING = frozenset(
    {
        *("thinking", "redacted_thinking", "reasoning", "token_budget", "flag", "step-start", "step_start"),
        *("source-url", "source-document", "web_search_tool_result", "citation", "thought", "think"),
    }
)
_KINDS_BY_FIELD = ("functionCall", "functionResponse", "inlineData", "fileData")
_TEXT_FIELDS = ("text", "refusal", "transcript")


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
    if kind in _BOOKKEEPING or kind.startswith("data-") or record.is_marked("thought"):
        return kind, ""
    if kind in _CALLS or kind.startswith("tool-"):
        return kind, _call_part(record, kind)
    note = _NOTES.get(kind)
    if note is not None:
        return kind, (record.optional_text("transcript") if note == AUDIO else None) or note
    fields = ("content",) if kind == "text" and record.is_text("content") else _TEXT_FIELDS
    if any(record.has(name) for name in fields):
        return kind, next(filter(None, map(record.optional_text, fields)), "")
    if not kind:
        raise record.error("type", "the type of a content part")
    return kind, "[file]" if kind.endswith("_asset_pointer") else f"[{kind[:40]}]"


def _call_part(record: Record, kind: str) -> str:
    """A call by its name, which stands in the part, in its kind, or in an object of that name."""
    inner = record.record_if_any(kind) or record
    name = inner.optional_text("name") or record.optional_text("toolName")
    return call_note(name or (kind.removeprefix("tool-") if kind.startswith("tool-") and kind != "tool-call" else None))


def part_kind(record: Record) -> str:
    """By its type; parts of Gemini say it by the name of their one field."""
    said = record.optional_text("type") or record.optional_text("content_type")
    return said or next((name for name in _KINDS_BY_FIELD if record.has(name)), "")


def tool_calls(calls: list[Any], path: str) -> str:
    notes = []
    for index, call in enumerate(calls):
        function = Record.of(call, f"{path}[{index}]").optional_record("function")
        record = Record.of(call, f"{path}[{index}]")
        named = function if function is not None else record
        notes.append(call_note(named.optional_text("name")))
    return bounded("\n".join(notes), path)


def call_note(name: str | None) -> str:
    return f"[tool call: {name[:80]}]" if name else "[tool call]"
