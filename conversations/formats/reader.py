"""What an upload format is to the rest of the house: one ``Reader``, made in one module of ``readers``."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from .fields import Record
from .options import Options
from .rows import Row, RowError


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a file begins with: its text, and of a JSON file the element that is looked at."""

    text: bytes
    element: Record | None = None


type Recognise = Callable[[Beginning], bool]
type ReadRows = Callable[[BinaryIO, Options], Iterator[Row | RowError]]
type Propose = Callable[[bytes], Options]  # from a file's head


def _nothing_said(_head: bytes) -> Options:
    return Options()


@dataclass(frozen=True, kw_only=True)
class Reader:
    """``rows`` holds no more than one element of the file, and yields what is wrong with a row in its place."""

    name: str  # what a batch stores, so it stays as it is for ever
    label: str
    help: str
    section: str  # its heading in docs/upload-formats.md
    recognises: Recognise
    rows: ReadRows
    propose: Propose = _nothing_said
    columns: tuple[str, ...] = ()  # our names of the columns that an uploader may map
    names_subjects: bool = True  # or the uploader must say what one subject is
    holds_conversations_only: bool = False  # then reading a file once stores all of it
    place: int = 0  # among files that come together: what refers to rows of others comes behind them


def proposing(options: Options) -> Propose:
    """The same options for every file."""
    return lambda _head: options
