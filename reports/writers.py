"""Rows as lines of a file. Pure: values in, text out."""

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

# A spreadsheet takes a cell that starts with one of these for a formula and may run it.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

type Line = Callable[[Mapping[str, Any]], str]


def jsonl_line(row: Mapping[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n"


def csv_header(columns: Sequence[str]) -> str:
    return _csv(columns)


def csv_line(row: Mapping[str, Any]) -> str:
    return _csv([safe_cell(value) for value in row.values()])


def safe_cell(value: Any) -> str:
    """The cell of a value: empty for None, 1/0 for booleans, and texts that look like a formula disarmed by a quote."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, list):
        return " ".join(str(item) for item in value)
    text = str(value)
    return "'" + text if isinstance(value, str) and text.startswith(FORMULA_STARTS) else text


def _csv(cells: Sequence[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow(cells)
    return buffer.getvalue()
