"""The lists of objects that stand in an object."""

import re
from dataclasses import dataclass

_TOKEN = re.compile(rb'"(?P<text>[^"\\]*+(?:\\.[^"\\]*+)*+)"|(?P<mark>["\[\]{}:,])', re.DOTALL)
_DEEPEST_LIST = 2


@dataclass(frozen=True, slots=True)
class ListInside:
    """A list of objects in an object, and where in the head it begins."""

    name: str  # with the names around it: "data", "result.items"
    start: int


def lists_inside(data: bytes) -> list[ListInside]:
    """The lists of objects that stand near the top of the object that a file begins with, as far as the head shows it."""
    found: list[ListInside] = []
    around: list[str | None] = []  # by which name each open object or list is held
    said: bytes | None = None  # the text just read
    name: str | None = None  # the name whose value comes next
    for token in _TOKEN.finditer(data):
        mark = token["mark"]
        if mark == b'"' or (mark in (b"}", b"]") and len(around) < 2):
            break  # the head ends inside a text, or the object ends
        if mark in (b"{", b"["):
            if mark == b"[" and name is not None and len(around) <= _DEEPEST_LIST and _begins_object(data, token.end()):
                found.append(ListInside(".".join([*filter(None, around), name]), token.start()))
            around.append(name)
        elif mark in (b"}", b"]"):
            around.pop()
        name = said.decode("utf-8", "replace") if mark == b":" and said is not None else None
        said = token["text"]
    return found


def _begins_object(data: bytes, position: int) -> bool:
    return data[position:].lstrip()[:1] == b"{"
