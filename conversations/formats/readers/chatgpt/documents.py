"""What ChatGPT shows beside its messages: documents of its canvas, reports of its deep research, names of files."""

from collections.abc import Iterator

from conversations.formats.decoding import decode
from conversations.formats.fields import Record, storable
from conversations.formats.limits import MAX_LINE_BYTES
from conversations.formats.parts import PICTURES, parts_text

_CANVAS = "canmore."


def is_canvas_call(message: Record) -> bool:
    return (message.optional_text("recipient") or "").startswith(_CANVAS)


def canvas_text(message: Record) -> str:
    """What a call to the canvas wrote: a document, the new text of parts of one, or comments on one.

    Raises:
        FieldError: the call is no JSON of a known form. The page showed nothing of it either.
    """
    content = message.record("content")
    call = Record.of(decode(_arguments(content).encode()), content.at("text"))
    if not call.missing("content"):
        return call.text("content")
    if not call.missing("updates"):
        return "\n".join(update.text("replacement", blank=True) for update in call.records("updates"))
    return "\n".join(comment.text("comment") for comment in call.records("comments"))


def _arguments(content: Record) -> str:
    if content.missing("parts"):
        return content.text("text")
    return storable(parts_text(content.list("parts"), content.at("parts")), content.at("parts"))


def report_text(message: Record) -> str:
    """The report of a deep research that ends with this message; empty where none does."""
    metadata = message.optional_record("metadata")
    if metadata is None:
        return ""
    return next(filter(None, map(_report, _widget_states(metadata))), "")


def _widget_states(metadata: Record) -> Iterator[Record]:
    holders = [(metadata, "venus_widget_state")]
    if (sdk := metadata.optional_record("chatgpt_sdk")) is not None:
        holders.append((sdk, "widget_state"))
        if (answer := sdk.optional_record("tool_response_metadata")) is not None:
            holders.append((answer, "venus_widget_state"))
    for holder, name in holders:
        if (state := _object(holder, name)) is not None:
            yield state


def _object(holder: Record, name: str) -> Record | None:
    """An object, or the same written as text. Widgets of others keep what they like there."""
    if not holder.is_text(name):
        return holder.record_if_any(name)
    text = holder.text(name, MAX_LINE_BYTES, blank=True)
    return Record.of(decode(text.encode()), holder.at(name)) if "report_message" in text else None


def _report(state: Record) -> str:
    report = state.optional_record("report_message")
    content = report.optional_record("content") if report is not None else None
    if content is None or content.missing("parts"):
        return ""
    return parts_text(content.list("parts"), content.at("parts"))


def attached_files(message: Record) -> Iterator[str]:
    """A note of each file that the person attached; pictures stand among the parts of the message."""
    metadata = message.optional_record("metadata") or Record({})
    for attachment in metadata.records("attachments", optional=True):
        name = attachment.optional_text("name") or ""
        kind = attachment.optional_text("mime_type") or attachment.optional_text("mimeType") or ""
        if not kind.startswith("image/") and not name.lower().endswith(PICTURES):
            yield f"[file: {name[:80]}]" if name else "[file]"
