"""Conversations written into one text, and what of them was asked before the last answer."""

import re
from collections.abc import Sequence

from conversations.formats.rows import Turn

_SPEAKER = re.compile(r"\n\n(Human|Assistant): ?")
_ROLES = {"Human": "user", "Assistant": "assistant"}
_NAMES = {"user": "User", "assistant": "Assistant", "system": "System", "tool": "Tool"}


def turns_of_text(text: str) -> list[Turn]:
    """Of ``\\n\\nHuman: .. \\n\\nAssistant: ..``; nothing of a text that does not begin so."""
    if not _SPEAKER.match(text if text.startswith("\n\n") else f"\n\n{text.lstrip()}"):
        return []
    _before, *parts = _SPEAKER.split(text if text.startswith("\n\n") else f"\n\n{text.lstrip()}")
    pairs = zip(parts[::2], parts[1::2], strict=False)
    return [Turn(_ROLES[speaker], said.strip()) for speaker, said in pairs]


def common_prompt(turns: Sequence[Turn]) -> tuple[str, str]:
    """What was asked, with the turns before it where there are some, and the last answer."""
    answer = turns[-1].content if turns and turns[-1].role == "assistant" else ""
    asked = turns[:-1] if answer else turns
    if len(asked) == 1:
        return asked[0].content, answer
    return "\n\n".join(f"{_NAMES[turn.role]}: {turn.content}" for turn in asked), answer
