"""Cut a stream into JSON values: one a line, or the elements of one array, never holding more than one.

A value that can't be read is an error row and reading goes on behind it.
"""

import re
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any, BinaryIO

from .decoding import decode
from .fields import FieldError, excerpt, problem
from .limits import MAX_LINE_BYTES
from .rows import RowError

_BLOCK = 256 * 1024
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
# What can be passed over between elements, and inside one: anything but structure, and whole strings.
_PLAIN_BETWEEN = re.compile(rb'(?:[^"\[\]{},]++|' + _STRING + rb")*+", re.DOTALL)
_PLAIN_INSIDE = re.compile(rb'(?:[^"\[\]{}]++|' + _STRING + rb")*+", re.DOTALL)
_REST_OF_STRING = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)
_BACKSLASH = ord("\\")
_OPENED = -1  # the array itself has begun
_TOO_LONG = f"at most {MAX_LINE_BYTES:,} bytes"


@dataclass(frozen=True, slots=True)
class RawValue:
    """The bytes of one value, or None where it was too long to be held."""

    number: int
    raw: bytes | None
    complete: bool = True


def read_records(stream: BinaryIO) -> Iterator[tuple[int, Any] | RowError]:
    """The values of a JSON Lines file or of a JSON array, each with its line or element number."""
    number, first = _first_line(stream)
    if first.lstrip().startswith(b"["):
        yield from map(_decoded, elements(chain([first], iter(lambda: stream.read(_BLOCK), b""))))
    elif first.strip() == b"{":
        yield problem(number, "one JSON object a line, or an array of objects", "an object spread over several lines")
    else:
        yield from map(_decoded, lines(stream, first, number))


def _first_line(stream: BinaryIO) -> tuple[int, bytes]:
    number = 1
    line = stream.readline(MAX_LINE_BYTES + 1).removeprefix(_BYTE_ORDER_MARK)
    while line and not line.strip():
        number += line.endswith(b"\n")
        line = stream.readline(MAX_LINE_BYTES + 1)
    return number, line


def lines(stream: BinaryIO, first: bytes, number: int = 1) -> Iterator[RawValue]:
    """Lines that are not blank, from ``first`` on, which has been read already."""
    line = first
    while line:
        if len(line) > MAX_LINE_BYTES and not line.endswith(b"\n"):
            _skip_line(stream)
            yield RawValue(number, None)
        elif line.strip():
            yield RawValue(number, line, line.endswith(b"\n"))
        number += 1
        line = stream.readline(MAX_LINE_BYTES + 1)


def _skip_line(stream: BinaryIO) -> None:
    part = stream.readline(_BLOCK)
    while part and not part.endswith(b"\n"):
        part = stream.readline(_BLOCK)


class _Elements:
    """The state of cutting an array whose blocks are fed one after another."""

    def __init__(self) -> None:
        self.number = 1
        self.depth = 0
        self.held = bytearray()
        self.too_long = False
        self.in_string = False
        self.closed = False

    def hold(self, part: bytes) -> None:
        if self.too_long or len(self.held) + len(part) > MAX_LINE_BYTES:
            self.too_long = True
            self.held.clear()
        else:
            self.held += part

    def take(self, *, complete: bool = True) -> RawValue:
        piece = RawValue(self.number, None if self.too_long else bytes(self.held), complete)
        self.number += 1
        self.held.clear()
        self.too_long = False
        return piece

    @property
    def empty(self) -> bool:
        return not self.too_long and not self.held.strip()

    def pass_string(self, block: bytes, position: int) -> int:
        """Behind the closing quote, or where the block stops short of it."""
        position = _end(_REST_OF_STRING, block, position)
        if block[position : position + 1] == b'"':
            self.in_string = False
            return position + 1
        return position

    def pass_plain(self, block: bytes, position: int) -> int:
        return _end(_PLAIN_BETWEEN if self.depth == 1 else _PLAIN_INSIDE, block, position)

    def ends_element(self, mark: bytes) -> bool:
        return self.depth == 1 and mark in (b",", b"]")

    def enter_or_leave(self, mark: bytes) -> int:
        if mark == b'"':
            self.in_string = True
        elif mark in (b"[", b"{"):
            self.depth += 1
            return _OPENED if self.depth == 1 else self.depth
        elif mark and self.depth > 1:
            self.depth -= 1
        return self.depth


def _end(pattern: re.Pattern[bytes], block: bytes, position: int) -> int:
    found = pattern.match(block, position)
    return found.end() if found else position


def elements(blocks: Iterable[bytes]) -> Iterator[RawValue | RowError]:
    state = _Elements()
    carried = b""  # a backslash at the end of a block belongs to what follows it
    for block in blocks:
        carried = block if state.closed else (yield from _feed(state, carried + block))
        if state.closed and carried.strip():
            yield problem(state.number, "nothing behind the closing ]", excerpt(carried[:40].decode(errors="replace")))
            return
    if state.closed:
        return
    if not state.empty:
        state.hold(carried)
        yield state.take(complete=False)
    yield problem(state.number, "a closing ] at the end of the array", "the end of the file: it was cut off")


def _feed(state: _Elements, block: bytes) -> Generator[RawValue, None, bytes]:
    """Cut what is complete; return what has to be seen again with the next block, or lies behind the array."""
    start = position = 0
    while position < len(block):
        if state.in_string:
            position = state.pass_string(block, position)
            if position == len(block) - 1 and block[position] == _BACKSLASH:
                state.hold(block[start:position])
                return block[position:]
            continue
        position = state.pass_plain(block, position) + 1
        mark = block[position - 1 : position]
        if state.ends_element(mark):
            state.hold(block[start : position - 1])
            start = position
            if mark == b"," or not state.empty:
                yield state.take()
            if mark == b"]":
                state.closed = True
                return block[position:].strip()
        elif state.enter_or_leave(mark) == _OPENED:
            start = position
    state.hold(block[start:])
    return b""


def _decoded(piece: RawValue | RowError) -> tuple[int, Any] | RowError:
    if isinstance(piece, RowError):
        return piece
    if piece.raw is None:
        return problem(piece.number, _TOO_LONG, "a longer one")
    try:
        return piece.number, decode(piece.raw)
    except FieldError as error:
        if piece.complete:
            return error.row(piece.number)
        return problem(piece.number, "a complete row", f"the end of the file in the middle of it: {error.found}")
