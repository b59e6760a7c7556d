"""Rows of a table, from CSV or from JSON: each a record by the names of its columns."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from conversations.formats.fields import FieldError, Record, excerpt, problem
from conversations.formats.heads import text_of
from conversations.formats.limits import MAX_LINE_BYTES
from conversations.formats.records import read_records
from conversations.formats.rows import RowError

_DELIMITERS = ",;\t|"
_MARK = "\ufeff"
_SEPARATOR = "sep="
_MOST_HEADER_LINES = 3


@dataclass(frozen=True, slots=True)
class TableRow:
    line: int
    record: Record


def header_of(head: bytes) -> list[str]:
    """The names of the columns that a CSV text begins with; empty where there is no header."""
    lines = text_of(head).decode("utf-8", "replace").splitlines()[:_MOST_HEADER_LINES]
    delimiter, first = _delimiter_and_header(iter(lines))
    return [name.strip().strip('"').strip() for name in first.split(delimiter)] if first.strip() else []


def _delimiter_and_header(lines: Iterator[str]) -> tuple[str, str]:
    """Excel may say the delimiter on a line of its own."""
    line = next(lines, "").removeprefix(_MARK)
    said = ""
    while line and (not line.strip() or line.strip().lower().startswith(_SEPARATOR)):
        if line.strip():
            said = line.strip()[len(_SEPARATOR) : len(_SEPARATOR) + 1]
        line = next(lines, "")
    return said or max(_DELIMITERS, key=line.count), line


class CsvTable:
    """``names`` of its columns, and its rows in the order of the file.

    Raises:
        FieldError: it has no header that can be read.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._lines = _Lines(stream)
        self._delimiter, header = _delimiter_and_header(iter(self._lines))
        self.line = self._lines.number
        try:
            names = next(csv.reader([header], delimiter=self._delimiter, strict=True), [])
        except csv.Error as error:
            raise FieldError("", "a header line of CSV", str(error)) from None
        self._width = len(names)
        self._places = [(index, name.strip()) for index, name in enumerate(names) if name.strip()]
        self.names = [name for _index, name in self._places]
        if len(set(self.names)) != len(self.names):
            raise FieldError("", "a header that names each column once", excerpt(", ".join(names)))

    def __iter__(self) -> Iterator[TableRow | RowError]:
        csv.field_size_limit(MAX_LINE_BYTES)
        reader = csv.reader(iter(self._lines), delimiter=self._delimiter, strict=True)
        while True:
            line = self._lines.number + 1
            try:
                cells = next(reader)
            except StopIteration:
                break
            except csv.Error as error:
                yield problem(line, "a row of CSV", str(error))
                continue
            finally:
                problems, self._lines.problems = self._lines.problems, []
            yield from problems
            if any(cells):
                yield self._row(line, cells)
        yield from problems

    def _row(self, line: int, cells: Sequence[str]) -> TableRow | RowError:
        if len(cells) > self._width and not any(cells[self._width :]):
            cells = cells[: self._width]
        if len(cells) != self._width:
            return problem(line, f"{self._width} cells", f"{len(cells)}")
        record = {name: cells[index] for index, name in self._places}
        if (
            len(record) < self._width
            and any(cells[index] for index in range(self._width))
            and not self._is_named(cells)
        ):
            return problem(line, "nothing in a column without a name", "something")
        return TableRow(line, Record(record))

    def _is_named(self, cells: Sequence[str]) -> bool:
        named = {index for index, _name in self._places}
        begun = int(0 not in named and cells[0].strip().isdecimal())  # the number of the row, as pandas writes it
        return not any(cell for index, cell in enumerate(cells[begun:], begun) if index not in named)


class JsonTable:
    """The same of objects with one value for each column."""

    def __init__(self, stream: BinaryIO) -> None:
        self._records = read_records(stream)
        self._first = list(_until_a_row(self._records))
        self.line = 1
        rows = [row for row in self._first if isinstance(row, TableRow)]
        self.names = rows[0].record.names() if rows else []

    def __iter__(self) -> Iterator[TableRow | RowError]:
        yield from self._first
        yield from map(_json_row, self._records)


def _until_a_row(records: Iterator[tuple[int, object] | RowError]) -> Iterator[TableRow | RowError]:
    for each in records:
        row = _json_row(each)
        yield row
        if isinstance(row, TableRow):
            return


def _json_row(each: tuple[int, object] | RowError) -> TableRow | RowError:
    if isinstance(each, RowError):
        return each
    line, value = each
    try:
        return TableRow(line, Record.of(value))
    except FieldError as error:
        return error.row(line)


class _Lines:
    """Decoded lines. A byte that is not UTF-8 becomes half a surrogate pair, which its own row is then refused for."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.number = 0
        self.problems: list[RowError] = []

    def __iter__(self) -> Iterator[str]:
        while line := self._next():
            yield line

    def _next(self) -> str:
        line = self.stream.readline(MAX_LINE_BYTES + 1)
        self.number += bool(line)
        if len(line) > MAX_LINE_BYTES and not line.endswith(b"\n"):
            self.problems.append(problem(self.number, f"at most {MAX_LINE_BYTES:,} bytes", "a longer line"))
            while line and not line.endswith(b"\n"):
                line = self.stream.readline(MAX_LINE_BYTES)
            return "\n"
        return line.decode("utf-8", "surrogateescape")


type AnyTable = CsvTable | JsonTable
type Rows = Iterable[TableRow | RowError]


def table_of(stream: BinaryIO) -> AnyTable:
    """CSV, or JSON by the mark it begins with."""
    peeked = stream.peek(64)[:64] if hasattr(stream, "peek") else b""
    is_json = peeked.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"["))
    return JsonTable(stream) if is_json else CsvTable(stream)
