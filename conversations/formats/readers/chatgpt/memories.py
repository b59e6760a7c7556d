"""What ChatGPT keeps of a person: saved memories and custom instructions, as conversations hold them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from conversations.formats.fields import FieldError, Record
from conversations.formats.memories import dated_statements
from conversations.formats.parts import parts_text

SYSTEM = "ChatGPT memory"
_FENCED = re.compile(r"```\s*(.*?)\s*```", re.DOTALL)
_NUMBERED = re.compile(r"^\s*\d+\.\s+\[", re.MULTILINE)
_FORGETS = re.compile(r"(?:forget|forgot|delete|remove)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Saved:
    text: str
    day: date | None
    kind: str
    is_here: bool  # saved in this very conversation


def is_memory_call(message: Record) -> bool:
    return message.is_text("recipient") and message.text("recipient", blank=True) == "bio"


def saved_by(message: Record) -> Iterator[Saved]:
    """Raises FieldError where it asks to forget something: which statement it means nobody can tell."""
    content = message.record_if_any("content")
    if content is None:
        return
    if is_memory_call(message):
        yield from _call(content)
    elif not content.is_text("content_type"):
        return
    elif (kind := content.text("content_type", blank=True)) == "model_editable_context":
        text = content.optional_text("model_set_context") or ""
        yield from (Saved(one, day, "memory", False) for one, day in _listed(text))
    elif kind == "user_editable_context":
        yield from (Saved(one, None, "custom instruction", False) for one in _instructions(message, content))


def _call(content: Record) -> Iterator[Saved]:
    has_parts = not content.missing("parts")
    text = parts_text(content.list("parts"), content.at("parts")) if has_parts else content.optional_text("text") or ""
    for one, day in dated_statements(text):
        if _FORGETS.match(one):
            raise FieldError(
                content.at("parts"), "a memory to keep; what is to be forgotten is not looked for", one[:60]
            )
        yield Saved(one, day, "memory", True)


def _listed(text: str) -> Iterator[tuple[str, date | None]]:
    """Each numbered point with its day; lines below a point belong to it."""
    starts = [found.start() for found in _NUMBERED.finditer(text)]
    if not starts:
        yield from dated_statements(text)
        return
    for begin, end in pairwise([*starts, len(text)]):
        yield from dated_statements(" ".join(text[begin:end].split()))


def _instructions(message: Record, content: Record) -> Iterator[str]:
    """As the person wrote them; the content holds them with the vendor's own words around."""
    metadata = message.record_if_any("metadata") or Record({})
    written = metadata.record_if_any("user_context_message_data") or Record({})
    for theirs, wrapped in (("about_user_message", "user_profile"), ("about_model_message", "user_instructions")):
        text = written.optional_text(theirs) or _unwrapped(content.optional_text(wrapped) or "")
        yield from (one for one, _day in dated_statements(text))


def _unwrapped(text: str) -> str:
    fenced = _FENCED.search(text)
    return fenced[1] if fenced else text
