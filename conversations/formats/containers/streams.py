"""Streams of bytes made of blocks, for what is unpacked or translated while it is read."""

import io
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from conversations.formats.options import OfferedChoice

BLOCK = 256 * 1024


class Damaged(Exception):
    """A file can't be read on. The message says what is wrong with it and what to do, for the uploader."""

    def __init__(self, message: str, choice: OfferedChoice | None = None) -> None:
        super().__init__(message)
        self.choice = choice


class _Blocks(io.RawIOBase):
    def __init__(self, blocks: Iterable[bytes]) -> None:
        super().__init__()
        self._blocks = iter(blocks)
        self._held = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """As much as there is room for, so that a look at the head sees all of it."""
        filled = 0
        while filled < len(buffer):
            if not self._held:
                self._held = next(self._blocks, b"")
                if not self._held:
                    break
            part = self._held[: len(buffer) - filled]
            buffer[filled : filled + len(part)] = part
            self._held = self._held[len(part) :]
            filled += len(part)
        return filled


def stream_of(blocks: Iterable[bytes]) -> BinaryIO:
    return io.BufferedReader(_Blocks(blocks), buffer_size=BLOCK)


def blocks_of(stream: BinaryIO) -> Iterator[bytes]:
    return iter(lambda: stream.read(BLOCK), b"")


def bounded(blocks: Iterable[bytes], *, most: int, packed: int) -> Iterator[bytes]:
    """Raises Damaged where more comes out than anybody packs so small."""
    total = 0
    for block in blocks:
        total += len(block)
        if total > most:
            raise Damaged(
                f"This archive unpacks to more than {most:,} bytes from {packed:,}: not read further."
                " If that is right, unpack it and upload the files in it."
            )
        yield block
