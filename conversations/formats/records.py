"""The JSON values of a file: one a line, the elements of one array, or objects over as many lines as they like.

A value that can't be read is an error row and reading goes on behind it.
"""

import re
from collections.abc import Iterator
from itertools import chain
from typing import Any, BinaryIO

from .cutting import BLOCK, RawValue, elements, lines, values
from .decoding import decode
from .fields import FieldError, problem
from .limits import MAX_LINE_BYTES
from .repairs import may_need_repair, repaired
from .rows import RowError

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_TOO_LONG = f"at most {MAX_LINE_BYTES:,} bytes"
_STRUCTURE = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|["\[\]{}]', re.DOTALL)


def read_records(stream: BinaryIO) -> Iterator[tuple[int, Any] | RowError]:
    """The values of a file, each with its line, or of a JSON array with its element's number."""
    number, first = _first_line(stream)
    for piece in _pieces(stream, first, number):
        yield from _decoded(piece)


def _pieces(stream: BinaryIO, first: bytes, number: int) -> Iterator[RawValue | RowError]:
    rest = iter(lambda: stream.read(BLOCK), b"")
    if first.lstrip().startswith(b"["):
        return elements(chain([first], rest))
    if goes_on(first):
        return values(chain([first], rest), number)
    return lines(stream, first, number)


def _first_line(stream: BinaryIO) -> tuple[int, bytes]:
    number = 1
    line = stream.readline(MAX_LINE_BYTES + 1).removeprefix(_BYTE_ORDER_MARK)
    while line and not line.strip():
        number += line.endswith(b"\n")
        line = stream.readline(MAX_LINE_BYTES + 1)
    return number, line


def goes_on(line: bytes) -> bool:
    """Whether an object that begins on this line ends on another, or another begins on it."""
    if not line.lstrip().startswith(b"{"):
        return False
    depth = objects = 0
    for found in _STRUCTURE.finditer(line):
        mark = found.group()
        if mark in (b"{", b"["):
            objects += depth == 0
            depth += 1
        elif mark in (b"}", b"]"):
            depth -= 1
        elif mark == b'"':
            return False  # the line ends inside a text: it is damaged, or too long
    is_broken_off = depth > 0 and line.endswith(b"\n") and line.rstrip().endswith((b"{", b"[", b",", b":"))
    return is_broken_off or (depth == 0 and objects > 1)


def _decoded(piece: RawValue | RowError) -> Iterator[tuple[int, Any] | RowError]:
    if isinstance(piece, RowError):
        yield piece
        return
    if piece.raw is None:
        yield problem(piece.number, _TOO_LONG, "a longer one")
        return
    try:
        value = decode(piece.raw)
    except FieldError as error:
        if piece.complete:
            yield error.row(piece.number)
        else:
            yield problem(piece.number, "a complete row", f"the end of the file in the middle of it: {error.found}")
        return
    problems: list[FieldError] = []
    if may_need_repair(piece.raw):
        value = repaired(value, problems)
    yield piece.number, value
    yield from (each.row(piece.number, kept=True) for each in problems)
