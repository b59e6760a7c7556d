"""Cut a stream of bytes into the JSON values of it, never holding more than one.

What a value holds beyond its limit is cut out of its longest texts first: what is thrown away anyway costs nothing.
"""

import re
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import BinaryIO

from .fields import excerpt, problem
from .limits import CUT_OFF, MAX_LINE_BYTES
from .lists_inside import lists_inside
from .rows import RowError

BLOCK = 256 * 1024
_STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
# What can be passed over between elements, and inside one: anything but structure, and whole strings.
_PLAIN_BETWEEN = re.compile(rb'(?:[^"\[\]{},]++|' + _STRING + rb")*+", re.DOTALL)
_PLAIN_INSIDE = re.compile(rb'(?:[^"\[\]{}]++|' + _STRING + rb")*+", re.DOTALL)
_REST_OF_STRING = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)
# A text, or the beginning of one that goes on.
_TEXT = re.compile(rb'"([^"\\]*+(?:\\.[^"\\]*+)*+)("?)', re.DOTALL)
_LONGEST_TEXT = 2_000_000  # bytes of one that are kept in a value that is too long: as many as any text may have
_WORTH_HOLDING = MAX_LINE_BYTES - 1024 * 1024  # what is longer even so is given up
_ESCAPE = 12  # bytes of the longest escape: two halves of one character
_BACKSLASH = ord("\\")
# What an object goes on with behind a list in it: a name, or its end.
_REST_OF_OBJECT = re.compile(rb'\s*(?:\}|,\s*(?:"|$))')
_OPENED = -1  # the array itself has begun


@dataclass(frozen=True, slots=True)
class RawValue:
    """The bytes of one value, or None where it was too long to be held."""

    number: int
    raw: bytes | None
    complete: bool = True


def lines(stream: BinaryIO, first: bytes, number: int = 1) -> Iterator[RawValue]:
    """Lines that are not blank, from ``first`` on, which has been read already."""
    line = first
    while line:
        if len(line) > MAX_LINE_BYTES and not line.endswith(b"\n"):
            yield _long_line(stream, line, number)
        elif line.strip():
            yield RawValue(number, line, line.endswith(b"\n"))
        number += 1
        line = stream.readline(MAX_LINE_BYTES + 1)


def _long_line(stream: BinaryIO, line: bytes, number: int) -> RawValue:
    held = _Held()
    held.add(line)
    while not line.endswith(b"\n") and (line := stream.readline(BLOCK)):
        held.add(line)
    return RawValue(number, held.taken())


class _Held:
    """What is held of a value: all of it, or all but what its longest texts have beyond every limit."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._is_given_up = False

    def add(self, part: bytes) -> None:
        if self._is_given_up:
            return
        self._bytes += part
        if len(self._bytes) > MAX_LINE_BYTES:
            self._bytes = bytearray(_TEXT.sub(_shortened, bytes(self._bytes)))
            self._is_given_up = len(self._bytes) > _WORTH_HOLDING
            if self._is_given_up:
                self._bytes.clear()

    def taken(self) -> bytes | None:
        """All that is held, once."""
        raw = None if self._is_given_up else bytes(self._bytes)
        self._bytes.clear()
        self._is_given_up = False
        return raw

    @property
    def is_empty(self) -> bool:
        return not self._is_given_up and not self._bytes.strip()


def _shortened(found: re.Match[bytes]) -> bytes:
    """Its end is a mark by which the text is refused where it is wanted."""
    text = found[1]
    if len(text) <= _LONGEST_TEXT:
        return found[0]
    kept = text[:_LONGEST_TEXT]
    last = kept.rfind(b"\\", _LONGEST_TEXT - _ESCAPE)
    if last >= 0:
        kept = kept[:last].rstrip(b"\\")
    return b'"' + kept.decode("utf-8", "ignore").encode() + CUT_OFF.encode() + found[2]


class _Elements:
    """The state of cutting an array whose blocks are fed one after another."""

    def __init__(self) -> None:
        self.number = 1
        self.depth = 0
        self.held = _Held()
        self.in_string = False
        self.closed = False

    def hold(self, part: bytes) -> None:
        self.held.add(part)

    def take(self, *, complete: bool = True) -> RawValue:
        piece = RawValue(self.number, self.held.taken(), complete)
        self.number += 1
        return piece

    @property
    def empty(self) -> bool:
        return self.held.is_empty

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


def elements(blocks: Iterator[bytes]) -> Iterator[RawValue | RowError]:
    """Those of an array. What follows it may be the rest of an object in which it stands."""
    state = _Elements()
    carried = b""  # a backslash at the end of a block belongs to what follows it
    for block in blocks:
        carried = block if state.closed else (yield from _feed(state, carried + block))
        if state.closed and carried.strip():
            yield from _behind(state.number, carried, blocks)
            return
    if state.closed:
        return
    if not state.empty:
        state.hold(carried)
        yield state.take(complete=False)
    yield problem(state.number, "a closing ] at the end of the array", "the end of the file: it was cut off")


def _behind(number: int, rest: bytes, blocks: Iterable[bytes]) -> Iterator[RowError]:
    """What follows an array is nothing, or the rest of the object in which it stands and nothing behind that."""
    if not _REST_OF_OBJECT.match(rest):
        yield problem(number, "nothing behind the closing ]", excerpt(rest[:40].decode(errors="replace")))
        return
    more = -1
    for more, value in enumerate(values(chain([b'{"":0', rest], blocks))):
        if more == 0:
            yield from _beside(number, value)
    if more > 0:
        found = f"{more:,} more behind it, which were not read: upload each by itself"
        yield problem(number, "one object around the list", found)


def _beside(number: int, around: RawValue) -> Iterator[RowError]:
    """The lists that stand behind this one in the same object are named, and not read."""
    if around.raw is None:
        yield _passed_over(number, f"more than {MAX_LINE_BYTES:,} bytes behind it, which were not read")
        return
    for one in lists_inside(around.raw):
        yield _passed_over(number, f"the list {excerpt(one.name)} behind it, which was not read: choose it by its name")


def _passed_over(number: int, found: str) -> RowError:
    return replace(problem(number, "one list in the object", found), kept=True)


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


def values(blocks: Iterable[bytes], line: int = 1) -> Iterator[RawValue]:
    """Objects and lists that stand one after another, over as many lines as they like, by the line on which each begins."""
    state = _Values(line)
    carried = b""
    for block in blocks:
        carried = yield from state.feed(carried + block)
    if state.depth:
        state.hold(carried)
        yield RawValue(state.number, state.held.taken(), complete=False)


class _Values(_Elements):
    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line

    def feed(self, block: bytes) -> Generator[RawValue, None, bytes]:
        """As of an array; what lies between two values is passed over."""
        start = position = 0
        while position < len(block):
            if self.in_string:
                position = self.pass_string(block, position)
                if position == len(block) - 1 and block[position] == _BACKSLASH:
                    self._pass(block, start, position)
                    return block[position:]
                continue
            position = _end(_PLAIN_INSIDE, block, position) + 1
            mark = block[position - 1 : position]
            if self.depth == 0 and mark in (b"[", b"{"):
                self.line += block.count(b"\n", start, position)
                self.number, start = self.line, position - 1
            if self._leaves(mark):
                self._pass(block, start, position)
                yield RawValue(self.number, self.held.taken())
                start = position
        self._pass(block, start, len(block))
        return b""

    def _leaves(self, mark: bytes) -> bool:
        """Whether a value ends with this mark."""
        if mark == b'"':
            self.in_string = True
        elif mark in (b"[", b"{"):
            self.depth += 1
        elif mark and self.depth:
            self.depth -= 1
            return self.depth == 0
        return False

    def _pass(self, block: bytes, start: int, end: int) -> None:
        self.line += block.count(b"\n", start, end)
        if self.depth or block[end - 1 : end] in (b"]", b"}"):
            self.hold(block[start:end])
