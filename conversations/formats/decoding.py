"""Bytes into a JSON value, with the standard library alone and within limits: this runs in processes that serve others.

What can't be taken is refused in words. A native parser that other people wrote has no place here: one number of
too many digits ended the web server once.
"""

import json
import re
from typing import Any

from .fields import FieldError
from .limits import MAX_BRACKETS, MAX_DEPTH, MAX_FIELD_NAME_CHARACTERS

# Whole strings, a string without an end, or a mark of structure.
_MARK = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|["\[\]{},]', re.DOTALL)
_CONTAINERS = (dict, list)
_CLOSING = {b"[": b"]", b"{": b"}"}


class LimitPassed(FieldError):
    """It may be JSON, but more of it than is taken."""


def decode(raw: bytes) -> Any:
    """The one value of a text.

    Raises:
        LimitPassed: something of it is too large.
        FieldError: it is no JSON in UTF-8.
    """
    if raw.count(b"{") + raw.count(b"[") > MAX_BRACKETS:  # tiny objects take fifty times their length in memory
        raise LimitPassed("", f"at most {MAX_BRACKETS:,} opening brackets in a row", "more")
    try:
        value = _DECODER.decode(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise FieldError("", "UTF-8 text", f"the byte 0x{raw[error.start]:02x} at byte {error.start + 1}") from None
    except json.JSONDecodeError as error:
        raise FieldError("", "a JSON value", f"{error.msg} at character {error.pos + 1}") from None
    except RecursionError:
        raise _too_deep() from None
    except ValueError:
        raise LimitPassed("", "numbers of at most 4,300 digits", "a number of more than 4,300 digits") from None
    _refuse_depth(value)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise FieldError(twice, "each field once", "the same field twice")
    if values and len(max(values, key=len)) > MAX_FIELD_NAME_CHARACTERS:
        longest = max(map(len, values))
        expected = f"names of fields of at most {MAX_FIELD_NAME_CHARACTERS:,} characters"
        raise LimitPassed("", expected, f"a name of {longest:,} characters")
    return values


_DECODER = json.JSONDecoder(object_pairs_hook=_object)


def _refuse_depth(value: Any) -> None:
    """Level by level, because what follows may descend by calling itself."""
    level = [value] if isinstance(value, _CONTAINERS) else []
    for _depth in range(MAX_DEPTH):
        if not level:
            return
        level = [
            child
            for parent in level
            for child in (parent.values() if isinstance(parent, dict) else parent)
            if isinstance(child, _CONTAINERS)
        ]
    if level:
        raise _too_deep()


def _too_deep() -> FieldError:
    return LimitPassed("", f"JSON nested at most {MAX_DEPTH} levels deep", "too many levels")


def closed(raw: bytes) -> bytes:
    """The beginning of a JSON value, cut behind its last complete part and closed there."""
    closers: list[bytes] = []
    end = 0
    for found in _MARK.finditer(raw):
        mark = found.group()
        if mark == b'"':
            break  # the cut is inside a string
        if mark in _CLOSING:
            closers.append(_CLOSING[mark])
        elif mark in (b"]", b"}"):
            if not closers or closers.pop() != mark:
                break
        elif mark != b",":
            continue
        end = found.start() if mark == b"," else found.end()
    return raw[:end] + b"".join(reversed(closers))
