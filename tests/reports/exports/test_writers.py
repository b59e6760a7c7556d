"""Rows of a table as files: three formats, the same rows. Pure."""

import csv
import hashlib
import io
import json
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape
from pyarrow import parquet

from reports.dataset.tables.table import Column, Kind, Table
from reports.exports.manifest import codebook
from reports.exports.table_files import ExportIncomplete, write_batches
from reports.exports.writers import WRITERS, DoesNotFit

COLUMNS = (
    Column("number", Kind.INTEGER, "n", "a number"),
    Column("said", Kind.TEXT, "t", "a text"),
    Column("at", Kind.MOMENT, "m", "a moment"),
    Column("parts", Kind.JSON, "j", "a list"),
)
TABLE = Table("planted", "a table", COLUMNS, "FROM planted WHERE true", "n")
AT = datetime(2026, 1, 2, 3, 4, 5, 678_000, UTC)
ROWS: list[dict[str, Any]] = [
    {"number": 1, "said": "=1+1\nand Ünïcode", "at": AT, "parts": '["a", {"b": 2}]'},
    {"number": 2, "said": None, "at": None, "parts": None},
]


def batches():
    for row in ROWS:
        yield pa.RecordBatch.from_pylist([row], schema=TABLE.schema())


def written(file_format, expected=2):
    file, beats = io.BytesIO(), []
    told = write_batches(
        TABLE, batches(), expected=expected, file_format=file_format, file=file, beat=lambda: beats.append(1)
    )
    assert len(beats) == len(ROWS)
    return told, file.getvalue()


@pytest.mark.parametrize("file_format", WRITERS)
def test_size_and_checksum_are_those_of_the_file(file_format):
    told, content = written(file_format)
    assert (told.rows, told.size, told.sha256) == (2, len(content), hashlib.sha256(content).hexdigest())


@pytest.mark.parametrize("file_format", WRITERS)
def test_a_file_of_fewer_rows_than_the_database_has_is_never_handed_out(file_format):
    with pytest.raises(ExportIncomplete, match="2 rows of planted were written, but there are 3"):
        written(file_format, expected=3)


def test_json_lines_hold_lists_as_lists_and_moments_as_texts():
    first, second = map(json.loads, written("jsonl")[1].decode().splitlines())
    assert first == {**ROWS[0], "at": "2026-01-02T03:04:05.678Z", "parts": ["a", {"b": 2}]}
    assert second == ROWS[1]


def test_parquet_holds_rows_with_their_types():
    table = parquet.read_table(io.BytesIO(written("parquet")[1]))
    assert table.to_pylist() == ROWS


@pytest.mark.parametrize(("file_format", "text"), [("sheet", "'=1+1\nand Ünïcode"), ("csv", "=1+1\nand Ünïcode")])
def test_no_cell_runs_in_the_csv_for_spreadsheets_and_the_other_is_exact(file_format, text):
    head, first, second = csv.reader(io.StringIO(written(file_format)[1].decode(), newline=""))
    assert head == TABLE.names
    assert first[:2] == ["1", text]
    assert second[1:] == ["", "", ""]


def test_workbook_holds_every_text_as_it_is_and_no_formula():
    sheet = load_workbook(io.BytesIO(written("xlsx")[1]), read_only=True).active
    head, first, second = sheet.iter_rows(values_only=True, max_col=len(TABLE.names))
    assert list(head) == TABLE.names
    assert first == (1, "=1+1\nand Ünïcode", "2026-01-02T03:04:05.678Z", '["a", {"b": 2}]')
    assert second == (2, None, None, None)


def test_workbook_keeps_characters_that_xml_has_not(monkeypatch):
    monkeypatch.setitem(ROWS[0], "said", "bell \x07, return \r\n and _x0007_ as text")
    sheet = load_workbook(io.BytesIO(written("xlsx")[1]), read_only=True).active
    assert unescape(sheet["B2"].value) == "bell \x07, return \r\n and _x0007_ as text"


def test_text_that_no_cell_can_hold_is_refused_in_words(monkeypatch):
    monkeypatch.setitem(ROWS[1], "said", "x" * 32_768)
    with pytest.raises(DoesNotFit, match="at most 32,767 characters, and a text has 32,768"):
        written("xlsx")


def test_columns_are_chosen_in_the_order_of_the_table():
    assert [column.name for column in TABLE.chosen(["at", "number"])] == ["number", "at"]
    with pytest.raises(KeyError, match="gone"):
        TABLE.chosen(["gone"])


def test_the_codebook_says_what_every_column_means():
    assert all(column["meaning"] for table in codebook().values() for column in table["columns"])
