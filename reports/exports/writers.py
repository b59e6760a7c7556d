"""Arrow batches to bytes: the same few megabytes of memory whatever the number of rows."""

import csv
import hashlib
import io
import json
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any, BinaryIO

import pyarrow as pa
from pyarrow import parquet

from reports.dataset.cells import cell, exact_cell, moment_text
from reports.dataset.tables.table import Kind, Table
from reports.enums import ExportFormat

ROWS_IN_A_GROUP = 20_000
# What a sheet can hold, and how it writes characters that XML has not: as _x0007_, and so the like of that, too.
MOST_SHEET_ROWS = 1_048_575
LONGEST_SHEET_CELL = 32_767
_NOT_IN_XML = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")


class Sink(io.RawIOBase):
    """A file that counts and hashes what is written to it."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self._file = file
        self._hash = hashlib.sha256()
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._hash.update(data)
        self.size += len(data)
        return self._file.write(data)

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


class DoesNotFit(Exception):
    """The format can't hold the table exactly. The message says what can."""


class Writer(ABC):
    """What comes before the first row is written when it is made, what comes after the last by ``finish``."""

    def __init__(self, sink: Sink, table: Table) -> None:
        self.sink = sink
        self.table = table

    @abstractmethod
    def write(self, batch: pa.RecordBatch) -> None: ...

    @abstractmethod
    def finish(self) -> None: ...

    @abstractmethod
    def close(self) -> None:
        """After ``finish`` or instead of it, where the file is given up."""


class JsonLines(Writer):
    """Exact: every text as it is, one object a line."""

    def write(self, batch: pa.RecordBatch) -> None:
        lines = (json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in plain_rows(batch, self.table))
        self.sink.write("".join(line + "\n" for line in lines).encode())

    def finish(self) -> None:
        pass

    def close(self) -> None:
        pass


class Csv(Writer):
    """UTF-8, comma, CRLF; every text as it is."""

    _cell = staticmethod(exact_cell)

    def __init__(self, sink: Sink, table: Table) -> None:
        super().__init__(sink, table)
        self._write([table.names])

    def write(self, batch: pa.RecordBatch) -> None:
        self._write([[self._cell(value) for value in row.values()] for row in batch.to_pylist()])

    def finish(self) -> None:
        pass

    def close(self) -> None:
        pass

    def _write(self, rows: list[list[str]]) -> None:
        text = io.StringIO(newline="")
        csv.writer(text).writerows(rows)
        self.sink.write(text.getvalue().encode())


class SpreadsheetCsv(Csv):
    """To be opened by a double click: texts that a spreadsheet would run are prefixed with an apostrophe."""

    _cell = staticmethod(cell)


class Parquet(Writer):
    """Columns with their types; lists and objects are JSON texts."""

    def __init__(self, sink: Sink, table: Table) -> None:
        super().__init__(sink, table)
        self._writer = parquet.ParquetWriter(sink, table.schema(), compression="zstd")
        self._waiting: list[pa.RecordBatch] = []
        self._rows = 0

    def write(self, batch: pa.RecordBatch) -> None:
        self._waiting.append(batch)
        self._rows += batch.num_rows
        if self._rows >= ROWS_IN_A_GROUP:
            self._write_group()

    def finish(self) -> None:
        self._write_group()
        self._writer.close()

    def close(self) -> None:
        self._writer.close()

    def _write_group(self) -> None:
        if self._waiting:
            self._writer.write_table(pa.Table.from_batches(self._waiting), row_group_size=ROWS_IN_A_GROUP)
        self._waiting, self._rows = [], 0


class Workbook(Writer):
    """One sheet, every text as it is: texts are told from formulas by their type, so nothing runs."""

    def __init__(self, sink: Sink, table: Table) -> None:
        super().__init__(sink, table)
        from openpyxl import Workbook as Book  # noqa: PLC0415 - only who writes one pays for it

        self._book = Book(write_only=True)
        self._sheet = self._book.create_sheet(table.name[:31])
        self._rows = 0
        self._is_saved = False
        self._append(table.names)

    def write(self, batch: pa.RecordBatch) -> None:
        self._rows += batch.num_rows
        if self._rows > MOST_SHEET_ROWS:
            raise DoesNotFit(f"A sheet holds at most {MOST_SHEET_ROWS:,} rows. Take CSV, JSONL or Parquet.")
        for row in batch.to_pylist():
            self._append(list(row.values()))

    def finish(self) -> None:
        self._book.save(self.sink)
        self._is_saved = True

    def close(self) -> None:
        if not self._is_saved:
            self._sheet.close()  # its draft goes with the process

    def _append(self, values: list[Any]) -> None:
        self._sheet.append([self._cell(value) for value in values])

    def _cell(self, value: Any) -> Any:
        if value is None or isinstance(value, bool | int | float):
            return value
        from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415 - as above

        text = exact_cell(value)
        if len(text) > LONGEST_SHEET_CELL:
            found = f"{len(text):,} characters"
            raise DoesNotFit(
                f"A cell of a sheet holds at most {LONGEST_SHEET_CELL:,} characters, and a text has {found}."
            )
        written = WriteOnlyCell(self._sheet, _NOT_IN_XML.sub(lambda found: f"_x{ord(found[0]):04X}_", text))
        written.data_type = "s"
        return written


def plain_rows(batch: pa.RecordBatch, table: Table) -> Iterator[dict[str, Any]]:
    """Rows as JSON has them: lists and objects as themselves, moments as ISO 8601 texts in UTC."""
    structured = [column.name for column in table.columns if column.kind is Kind.JSON]
    moments = [column.name for column in table.columns if column.kind is Kind.MOMENT]
    for row in batch.to_pylist():
        for name in structured:
            row[name] = None if row[name] is None else json.loads(row[name])
        for name in moments:
            row[name] = None if row[name] is None else moment_text(row[name])
        yield row


WRITERS: dict[str, type[Writer]] = {
    ExportFormat.JSONL: JsonLines,
    ExportFormat.SHEET: SpreadsheetCsv,
    ExportFormat.CSV: Csv,
    ExportFormat.XLSX: Workbook,
    ExportFormat.PARQUET: Parquet,
}
