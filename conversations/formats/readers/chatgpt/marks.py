"""Marks that ChatGPT writes into its answers for its own page: where a source is linked, what is a name, what a picture."""

import json
import re

_OPEN, _SHUT, _BETWEEN = "\ue200", "\ue201", "\ue202"
_WHOLE = re.compile(f"([ \t]?){_OPEN}([^{_OPEN}{_SHUT}]*){_SHUT}")
_CUT_OFF = re.compile(rf"[ \t]?{_OPEN}\w*(?:{_BETWEEN}[\w-]*)*")
_SOURCE = re.compile(r"[ \t]?【\d+(?::\d+)?†[^【】\n]{0,200}】")
_TITLED = frozenset({"url", "link_title"})
_LONE = re.compile("[\ue200-\ue2ff]")


def without_marks(text: str) -> str:
    """What the page showed as text: the name in a mark for a name stays, references to sources go."""
    if _LONE.search(text):
        text = _LONE.sub("", _CUT_OFF.sub("", _WHOLE.sub(_shown, text)))
    return _SOURCE.sub("", text)


def _shown(mark: re.Match[str]) -> str:
    space, inside = mark.groups()
    kind, *values = inside.split(_BETWEEN)
    if not values:
        return ""
    name = _name(values[0]) if kind == "entity" else values[0] if kind in _TITLED else ""
    return f"{space}{name}" if name else ""


def _name(value: str) -> str:
    """Of an entity's mark: a list of its kind, its name and what tells it from others."""
    try:
        parts = json.loads(value)
    except (ValueError, RecursionError):
        return ""
    return parts[1] if isinstance(parts, list) and len(parts) > 1 and isinstance(parts[1], str) else ""
