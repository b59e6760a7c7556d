"""A file whose reader is known to live."""

from collections.abc import Callable
from typing import BinaryIO


class WatchedStream:
    """A stream that lets us say that we live however long it is read before the first row comes."""

    def __init__(self, stream: BinaryIO, on_read: Callable[[], None]) -> None:
        self._stream = stream
        self._on_read = on_read

    def read(self, size: int = -1, /) -> bytes:
        self._on_read()
        return self._stream.read(size)

    def readline(self, size: int = -1, /) -> bytes:
        self._on_read()
        return self._stream.readline(size)

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()

    @property
    def name(self) -> str:
        """The path of the file, for what reads it in a process of its own."""
        return self._stream.name
