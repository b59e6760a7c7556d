"""What a file is wrapped in: every wrapping becomes texts in UTF-8 that the readers know, and nothing is unpacked at once."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from conversations.formats.options import Options


@dataclass(frozen=True, slots=True)
class Member:
    """One text in a file. ``name`` is empty where the file is that text itself."""

    name: str
    open: Callable[[], BinaryIO]  # from its beginning; a JSON or CSV text in UTF-8


def members(stream: BinaryIO, options: Options) -> Iterator[Member]:
    """The texts in a file, in their order."""

    def opened() -> BinaryIO:
        if stream.seekable():
            stream.seek(0)
        return stream

    yield Member("", opened)
