"""The head of a file: what of it is looked at before anybody says how it is read."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from .cutting import RawValue, elements, values
from .decoding import LimitPassed, closed, decode
from .fields import FieldError, Record
from .records import goes_on

HEAD_BYTES = 65_536  # of a file are looked at, by the page, the API and the command alike
_ELEMENTS_TRIED = 50
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_TOKEN = re.compile(rb'"(?P<text>[^"\\]*+(?:\\.[^"\\]*+)*+)"|(?P<mark>["\[\]{}:,])', re.DOTALL)
_DEEPEST_LIST = 2


@dataclass(frozen=True, slots=True)
class ListInside:
    """A list of objects in an object, and where in the head it begins."""

    name: str  # with the names around it: "data", "result.items"
    start: int


def text_of(head: bytes) -> bytes:
    return head[:HEAD_BYTES].removeprefix(_BYTE_ORDER_MARK).lstrip()


def first_records(data: bytes) -> tuple[list[Record], list[FieldError]]:
    """The objects that a file begins with; the last one may be cut off, and is closed behind its last whole part."""
    records: list[Record] = []
    problems: list[FieldError] = []
    pieces = list(islice(_pieces(data), _ELEMENTS_TRIED))
    for piece in pieces:
        try:
            records.append(Record.of(_decoded(piece, is_last=piece is pieces[-1])))
        except FieldError as error:
            problems.append(error)
    return records, problems


def _pieces(data: bytes) -> Iterator[bytes]:
    if data.startswith(b"["):
        yield from (piece.raw for piece in elements(iter([data])) if isinstance(piece, RawValue) and piece.raw)
    elif goes_on(data.split(b"\n", 1)[0] + b"\n"):
        yield from (piece.raw for piece in values([data]) if piece.raw)
    else:
        yield from (line for line in data.splitlines() if line.strip())


def _decoded(piece: bytes, *, is_last: bool) -> object:
    try:
        return decode(piece)
    except LimitPassed:
        raise
    except FieldError:
        if not is_last:
            raise
        return decode(closed(piece))


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
