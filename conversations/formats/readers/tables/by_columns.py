"""Tables with one thing a row: which column is what, and what each row comes to."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from conversations.formats.faults import unforeseen
from conversations.formats.fields import FieldError, Record
from conversations.formats.options import Options
from conversations.formats.rows import Row, RowError

from .columns import columns_of
from .table_rows import table_of


@dataclass(frozen=True, slots=True)
class ReadTable:
    """``columns``: the table's, by what they are; ``names`` are all of them."""

    columns: Mapping[str, str]
    names: Sequence[str]
    line: int  # of the header


type Refuse = Callable[[ReadTable, Options], None]
type OfRow = Callable[[int, Record, ReadTable, Options], Iterator[Row | RowError]]
type Beside = Callable[[ReadTable], Iterator[RowError]]


def rows_by_columns(
    stream: BinaryIO,
    options: Options,
    names: Mapping[str, tuple[str, ...]],
    *,
    refuse: Refuse,
    of_row: OfRow,
    beside: Beside = lambda _table: iter(()),
) -> Iterator[Row | RowError]:
    """What ``of_row`` makes of each record, and then what stands ``beside`` them and is not read.

    ``refuse`` raises FieldError for a table that lacks what it needs.
    """
    line = 1
    try:
        table = table_of(stream)
        line = table.line
        read = ReadTable(columns_of(table.names, options, names), table.names, line)
        refuse(read, options)
    except FieldError as error:
        yield error.row(line)
        return
    for row in table:
        if isinstance(row, RowError):
            yield row
            continue
        try:
            yield from of_row(row.line, row.record.renamed(read.columns), read, options)
        except FieldError as error:
            yield error.row(row.line)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is this row's problem
            yield unforeseen(row.line, error)
    yield from beside(read)
