"""What can be stored: one rule for every edge at which something from outside becomes data.

Texts hold neither U+0000 nor half of a surrogate pair (PostgreSQL keeps neither), whole numbers fit their column, JSON
is nested no deeper than it is ever needed, and a body of it is of a bounded length.

What a person typed is kept with U+FFFD in place of what can't be (``kept``): their browser may cut a character in half
where a text is at its longest, and they could neither see nor mend it. What a program sent is refused with its place
(``check``). So is every number: there is no other that stands for it.
"""

import json
import math
import re
from typing import Any

SMALLEST_COLUMN = 2**15 - 1  # the largest whole numbers that a column of each size holds
INTEGER_COLUMN = 2**31 - 1
BIG_COLUMN = 2**63 - 1
DEEPEST = 20  # the deepest that anything here is nested: 5
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class NotStorable(ValueError):
    """``path`` is where, in dots ("answers.2.note"), and "" for the whole; the message says what is wrong there."""

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(problem)
        self.path = path


def is_storable(text: str) -> bool:
    return _UNSTORABLE.search(text) is None


def kept(text: str) -> str:
    """The text as it is stored: as it is, or with U+FFFD in each place that can't be."""
    return _UNSTORABLE.sub(REPLACEMENT, text)


def where_not_storable(text: str) -> int | None:
    """The index of the first character that can't be stored."""
    found = _UNSTORABLE.search(text)
    return found.start() if found else None


def decode(raw: bytes) -> Any:
    """The value of a JSON body from outside. Its texts may still hold what ``kept`` or ``check`` is for.

    Raises:
        NotStorable: it is no JSON, nested too deeply, or holds a number that is none (NaN) or that Python can't read.
    """
    try:
        value = json.loads(raw, parse_constant=_refuse_constant, parse_float=_finite)
    except RecursionError:
        raise NotStorable("", "It is nested too deeply.") from None
    except NotStorable:
        raise
    except ValueError:  # no JSON, no UTF-8, or a whole number beyond what Python reads
        raise NotStorable("", "It is not JSON that can be read.") from None
    _check_depth(value)
    return value


def check(value: Any) -> None:
    """Refuse a decoded JSON value that can't be stored as it is.

    Raises:
        NotStorable: a text or a name holds U+0000 or half of a surrogate pair, or a whole number fits no column.
    """
    waiting = [("", value)]
    while waiting:
        path, each = waiting.pop()
        if isinstance(each, str):
            if not is_storable(each):
                raise NotStorable(path, "It holds U+0000 or half of a surrogate pair.")
        elif isinstance(each, int):
            if abs(each) > BIG_COLUMN:
                raise NotStorable(path, f"It is not between -{BIG_COLUMN} and {BIG_COLUMN}.")
        elif isinstance(each, dict | list):
            waiting += [(_at(path, name), inner) for name, inner in _inside(each)]
            if isinstance(each, dict) and not all(map(is_storable, each)):
                raise NotStorable(path, "A name in it holds U+0000 or half of a surrogate pair.")


def _refuse_constant(name: str) -> None:
    raise NotStorable("", f"{name} is not JSON.")


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise NotStorable("", "A number in it is too large.")
    return number


def _check_depth(value: Any) -> None:
    level, depth = [value], 0
    while level := [inner for each in level if isinstance(each, dict | list) for _name, inner in _inside(each)]:
        depth += 1
        if depth > DEEPEST:
            raise NotStorable("", "It is nested too deeply.")


def _inside(value: dict[str, Any] | list[Any]) -> list[tuple[str, Any]]:
    return list(value.items()) if isinstance(value, dict) else [(str(at), each) for at, each in enumerate(value)]


def _at(path: str, name: str) -> str:
    name = kept(name)[:60]
    return f"{path}.{name}" if path else name
