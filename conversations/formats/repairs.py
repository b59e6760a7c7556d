"""Characters that can't be stored, U+0000 and halves of surrogate pairs, become U+FFFD, and each text of them is a problem."""

import re
from typing import Any

from accounts.storable import kept, where_not_storable

from .fields import FieldError

_ESCAPED = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
_MOST_NAMED = 20


def may_need_repair(raw: bytes) -> bool:
    """JSON in UTF-8 can say them by an escape only."""
    return _ESCAPED.search(raw) is not None


def repaired(value: Any, problems: list[FieldError], path: str = "") -> Any:
    """The value as it can be stored; what was mended in it is added to the problems. Names of fields stay as they are."""
    if isinstance(value, str):
        return _text(value, problems, path)
    if isinstance(value, list):
        return [repaired(inner, problems, f"{path}[{index}]") for index, inner in enumerate(value)]
    if isinstance(value, dict):
        return {name: repaired(inner, problems, f"{path}.{name}" if path else name) for name, inner in value.items()}
    return value


def _text(text: str, problems: list[FieldError], path: str) -> str:
    index = where_not_storable(text)
    if index is None:
        return text
    if len(problems) < _MOST_NAMED:
        found = "U+0000" if text[index] == "\x00" else f"{text[index]!a}"
        expected = "text that can be stored; U+FFFD stands in its place"
        problems.append(FieldError(path, expected, f"{found} at character {index + 1}"))
    return kept(text)
