"""The head of a file: what of it is looked at before anybody says how it is read."""

from collections.abc import Iterator
from itertools import islice

from .cutting import RawValue, elements, values
from .decoding import LimitPassed, closed, decode
from .fields import FieldError, Record
from .records import goes_on

HEAD_BYTES = 65_536  # of a file are looked at, by the page, the API and the command alike
_ELEMENTS_TRIED = 50
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


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
