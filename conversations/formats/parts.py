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
    "video_container_asset_pointer": "[video]",
    "tool_result": "[tool result]",
    "tool-result": "[tool result]",
    "functionResponse": "[tool result]",
    "function_response": "[tool result]",
    "toolResult": "[tool result]",
    "tool_call_response": "[tool result]",
}
_CALLS = frozenset(
    {
        *(
            "tool_use",
            "server_tool_use",
            "mcp_tool_use",
            "toolUse",
            "tool-call",
            "tool-invocation",
            "toolInvocation",
            "tool_call",
        ),
        *("dynamic-tool", "functionCall", "function_call", "executableCode", "executable_code"),
    }
)
# Of these parts nobody saw anything.
_BOOKKEEPING = frozenset(
    {
        *("thinking", "redacted_thinking", "reasoning", "token_budget", "flag", "step-start", "step_start"),
        *("source-url", "source-document", "citation", "thought", "think", "cachePoint", "reasoningContent"),
        *("codeExecutionResult", "code_execution_result", "reasoning_content"),
    }
)
# What a server's own tool found, which the model alone reads.
_SERVER_RESULT = "_tool_result"
_MEDIA = ("inlineData", "inline_data", "fileData", "file_data")
_MEDIA_NOTES: Mapping[str, str] = {"image": IMAGE, "audio": AUDIO, "video": "[video]"}
_KINDS_BY_FIELD = (
    *("functionCall", "function_call", "functionResponse", "function_response", "executableCode", "executable_code"),
    *("codeExecutionResult", "code_execution_result", "toolUse", "toolResult", "reasoningContent", "cachePoint"),
    *_MEDIA,
    *("image_url", "input_audio", "image", "audio", "video", "document", "file"),
)
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
    if _is_unseen(record, kind):
        return kind, ""
    if kind in _CALLS or kind.startswith("tool-"):
        return kind, _call_part(record, kind)
    note = _media_note(record, kind) or _NOTES.get(kind)
    if note is not None:
        return kind, _beside_note(record, note)
    fields = (*_TEXT_FIELDS, "content", "value") if kind.endswith("text") else _TEXT_FIELDS
    if any(record.has(name) for name in fields):
        return kind, next(filter(None, (_text(record, name) for name in fields)), "")
    if not kind:
        raise record.error("type", "the type of a content part")
    if kind.endswith("text"):
        raise record.error("text", "the text of the part")
    return kind, "[file]" if kind.endswith("_asset_pointer") else f"[{kind[:40]}]"


def _is_unseen(record: Record, kind: str) -> bool:
    is_unseen_kind = kind in _BOOKKEEPING or kind.endswith(_SERVER_RESULT) or kind.startswith("data-")
    return is_unseen_kind or record.is_marked("thought")


def _text(record: Record, name: str) -> str | None:
    """OpenAI's Assistants keep a text as an object with its notes beside it."""
    inner = record.record_if_any(name)
    if inner is not None:
        return inner.optional_text("value")
    return record.optional_text(name)


def _media_note(record: Record, kind: str) -> str | None:
    """Gemini tells a picture from a file by its media type alone; so do files of the Vercel AI SDK."""
    inner = record.record_if_any(kind) if kind in _MEDIA else record if kind == "file" else None
    if inner is None:
        return None
    said = next(filter(None, map(inner.optional_text_if_any, ("mimeType", "mime_type", "mediaType"))), "")
    return _MEDIA_NOTES.get(said.partition("/")[0], "[file]")


def _beside_note(record: Record, note: str) -> str:
    """What was said in a recording stands for it; a text that was attached stands under its note."""
    if note == AUDIO:
        inner = next(filter(None, map(record.record_if_any, ("input_audio", "audio"))), record)
        return record.optional_text("transcript") or inner.optional_text_if_any("transcript") or note
    source = record.record_if_any("source")
    attached = source.optional_text("data") if source is not None and source.starts_with("type", "text") else None
    return f"{note}\n{attached}" if attached else note


def _call_part(record: Record, kind: str) -> str:
    """A call by its name, which stands in the part, in its kind, or in an object of that name."""
    inner = record.record_if_any(kind) or record.record_if_any("toolInvocation") or record
    name = inner.optional_text("name") or inner.optional_text("toolName") or record.optional_text("toolName")
    return call_note(name or (kind.removeprefix("tool-") if kind.startswith("tool-") and kind not in _CALLS else None))


def part_kind(record: Record) -> str:
    """By its type; parts of Gemini say it by the name of their one field."""
    said = record.optional_text("type") or record.optional_text("content_type")
    if said or not record.missing("text"):
        return said or ""
    return next((name for name in _KINDS_BY_FIELD if not record.missing(name)), "")


def tool_calls(calls: list[Any], path: str) -> str:
    notes = []
    for index, call in enumerate(calls):
        record = Record.of(call, f"{path}[{index}]")
        named = next(filter(None, map(record.record_if_any, ("function", "custom"))), record)
        notes.append(call_note(named.optional_text("name")))
    return bounded("\n".join(notes), path)


def call_note(name: str | None) -> str:
    return f"[tool call: {name[:80]}]" if name else "[tool call]"
