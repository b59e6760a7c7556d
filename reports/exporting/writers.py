"""Rows to bytes, one row at a time."""

import csv
import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO

from reports.enums import ExportFormat

# A spreadsheet takes a cell that begins with one of these for a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class Sink:
    """A file that counts and hashes what is written to it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self.size = 0

    def write(self, text: str) -> int:
        data = text.encode()
        self._hash.update(data)
        self.size += len(data)
        return self._file.write(data)

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


class Writer(ABC):
    def __init__(self, sink: Sink, columns: Sequence[str]) -> None:
        self.sink = sink
        self.columns = columns

    @abstractmethod
    def start(self) -> None:
        """What comes before the first row."""

    @abstractmethod
    def write(self, row: Mapping[str, Any]) -> None: ...


class JsonLines(Writer):
    """Exact: every text as it is, one object a line."""

    def start(self) -> None:
        pass

    def write(self, row: Mapping[str, Any]) -> None:
        self.sink.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n")


class Csv(Writer):
    """UTF-8, comma, CRLF. Texts that a spreadsheet would run are prefixed with an apostrophe."""

    def start(self) -> None:
        self._csv = csv.writer(self.sink)
        self._csv.writerow(self.columns)

    def write(self, row: Mapping[str, Any]) -> None:
        self._csv.writerow([cell(row[column]) for column in self.columns])


def cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case list():
            return " ".join(map(str, value))
        case _:
            text = str(value)
            return "'" + text if text.startswith(FORMULA_STARTS) else text


WRITERS: dict[str, type[Writer]] = {ExportFormat.JSONL: JsonLines, ExportFormat.CSV: Csv}
