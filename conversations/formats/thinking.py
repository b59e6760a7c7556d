"""Thinking that stands inside a text, as models that think aloud write it: nobody is shown it as an answer."""

import re
from dataclasses import replace

from .rows import Turn

_THINKING = re.compile(
    r"<(think|thinking|reasoning)>.*?</\1>\s*|<details\b[^>]*type=\"reasoning\"[^>]*>.*?</details>\s*", re.DOTALL
)


def without_thinking(turn: Turn) -> Turn:
    """Only of an assistant, and only where something is left."""
    if turn.role != "assistant" or "<" not in turn.content:
        return turn
    shown = _THINKING.sub("", turn.content)
    return replace(turn, content=shown) if shown.strip() else turn
