"""From Parquet to temporary tables, some rows at a time; every value is looked at on the way."""

import hashlib
import json
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.db import connection
from pyarrow import parquet

from conversations.enums import EvidenceState
from conversations.hashing import text_hash
from reports.importing.expected import MAY_LACK, RULES, whole_row
from reports.importing.problems import MOST_PROBLEMS, DatasetRefused, Problem, excerpt, refusal
from reports.tables import TABLES
from reports.tables.table import Kind

ROWS_AT_ONCE = 1_000
MOST_GROUP_BYTES = 512 << 20  # of one row group of one file, unpacked
MOST_BATCH_BYTES = 64 << 20
_TYPES = {
    Kind.INTEGER: "bigint",
    Kind.NUMBER: "double precision",
    Kind.TEXT: "text",
    Kind.TRUTH: "boolean",
    Kind.MOMENT: "timestamptz",
    Kind.JSON: "jsonb",
}
# What is derived from a row while it passes.
_DERIVED: Mapping[str, Sequence[str]] = {
    "items": ("attribute_hash", "prompt_hash"),
    "selections": ("attribute_hash", "prompt_hash"),
    "selection_records": ("prompt_hash",),
    "comparisons": ("prompt_hash",),
}

type Row = dict[str, Any]
type Beat = Callable[[int], None]  # told of every thousand rows or so how many were read by then


class Staging:
    """The temporary tables ``staged_<table>`` of this transaction."""

    def __init__(self, *, salt: bytes, beat: Beat) -> None:
        self._salt, self._beat, self._rows_read = salt, beat, 0
        self.problems: list[Problem] = []
        self.rows: dict[str, int] = {}

    def fill(self, files: Mapping[str, Sequence[tuple[str, Path]]]) -> None:
        """Raises DatasetRefused once all was read, or when there are too many problems to go on."""
        for table in RULES:
            self._create(table)
            self.rows[table] = sum(self._copy(table, name, place) for name, place in files[table])
        if self.problems:
            raise DatasetRefused(self.problems)

    def _create(self, table: str) -> None:
        columns = [f"{name} {_sql_type(table, name)}" for name in RULES[table]]
        columns += [f"{name} text" for name in _DERIVED.get(table, ())]
        with connection.cursor() as cursor:
            cursor.execute(
                f"CREATE TEMP TABLE staged_{table} ({', '.join(columns)}, file_ text, row_ bigint) ON COMMIT DROP"
            )

    def _copy(self, table: str, name: str, place: Path) -> int:
        columns = [*RULES[table], *_DERIVED.get(table, ()), "file_", "row_"]
        count = 0
        with connection.cursor() as cursor:
            query = f"COPY staged_{table} ({', '.join(columns)}) FROM STDIN"
            with cursor.cursor.copy(query) as copy:
                for row in self._rows(table, name, place):
                    copy.write_row([row[column] for column in columns])
                    count += 1
        return count

    def _rows(self, table: str, name: str, place: Path) -> Iterator[Row]:
        """Those that are right; what is wrong with the others is noted."""
        for number, row in enumerate(_read(table, name, place), start=1):
            self._count()
            wrong = _wrong(table, row)
            if wrong is None:
                wrong = self._derive(table, row)
            if wrong is not None:
                field, expected, found = wrong
                self.problems.append(Problem(name, number, field, expected, excerpt(found)))
                if len(self.problems) >= MOST_PROBLEMS:
                    raise DatasetRefused(self.problems)
                continue
            yield row | {"file_": name, "row_": number}

    def _count(self) -> None:
        self._rows_read += 1
        if self._rows_read % ROWS_AT_ONCE == 0:
            self._beat(self._rows_read)

    def _derive(self, table: str, row: Row) -> tuple[str, str, object] | None:
        if row.get("assignment_id") is not None:
            row["assignment_id"] = _own_id(row["assignment_id"], self._salt)
        for text, derived in (("attribute_text", "attribute_hash"), ("prompt_text", "prompt_hash")):
            if derived in _DERIVED.get(table, ()):
                row[derived] = None if row[text] is None else text_hash(row[text])
        for field in ("attribute_evidence", "leak_reasons", "languages"):
            if field in row and row[field] is not None:
                try:
                    row[field] = _as_json(field, row[field])
                except (ValueError, TypeError, RecursionError):
                    return field, "a JSON list as Yardstick writes it", row[field]
        return None


def _sql_type(table: str, name: str) -> str:
    column = TABLES[table].chosen([name])[0]
    return "text" if column.names_rater else _TYPES[column.kind]


def _read(table: str, name: str, place: Path) -> Iterator[Row]:
    wanted = list(RULES[table])
    try:
        with place.open("rb") as source, parquet.ParquetFile(source, page_checksum_verification=False) as file:
            lacking = _check_schema(table, name, file)
            present = [column for column in wanted if column not in lacking]
            for batch in file.iter_batches(ROWS_AT_ONCE, columns=present, use_threads=False):
                if batch.nbytes > MOST_BATCH_BYTES:
                    raise refusal(name, f"{MOST_BATCH_BYTES} bytes at most in {ROWS_AT_ONCE} rows", str(batch.nbytes))
                batch.validate(full=True)  # texts that are not UTF-8 among others
                for row in batch.to_pylist():
                    yield row | dict.fromkeys(lacking)
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        raise refusal(name, "Parquet that can be read, with texts in UTF-8", str(error)) from error


def _check_schema(table: str, name: str, file: parquet.ParquetFile) -> set[str]:
    """The columns it may lack and does. Raises DatasetRefused."""
    expected, found = TABLES[table].schema(list(RULES[table])), file.schema_arrow
    problems, lacking = [], set()
    for column in expected:
        places = found.get_all_field_indices(column.name)
        if not places and column.name in MAY_LACK.get(table, ()):
            lacking.add(column.name)
        elif len(places) != 1:
            problems.append(Problem(name, 0, column.name, f"one column of {column.type}", str(len(places))))
        elif found.field(places[0]).type != column.type:
            problems.append(Problem(name, 0, column.name, str(column.type), str(found.field(places[0]).type)))
    for number in range(file.num_row_groups):
        size = file.metadata.row_group(number).total_byte_size
        if size > MOST_GROUP_BYTES:
            problems.append(Problem(name, 0, f"row group {number + 1}", f"{MOST_GROUP_BYTES} bytes at most", str(size)))
    if problems:
        raise DatasetRefused(problems)
    return lacking


def _wrong(table: str, row: Row) -> tuple[str, str, object] | None:
    for field, rule in RULES[table].items():
        value = row[field]
        if value is None:
            if not rule.optional:
                return field, rule.says, None
        elif isinstance(value, str) and "\x00" in value:
            return field, "a text without the character U+0000", value.replace("\x00", "")
        elif not rule.holds(value):
            return field, rule.says, value
    return whole_row(table, row)


def _own_id(given: str, salt: bytes) -> str:
    """An id of our own that sorts as the given one does, so that figures don't change with it."""
    kept = uuid.UUID(given).bytes[:8]
    drawn = hashlib.sha256(salt + given.encode()).digest()[:8]
    return str(uuid.UUID(bytes=kept + bytes([drawn[0] & 0x3F | 0x80]) + drawn[1:]))


def _as_json(field: str, text: str) -> str:
    content = json.loads(text)
    if not isinstance(content, list):
        raise TypeError(field)
    if field == "attribute_evidence":
        return json.dumps([_pointer(each) for each in content])
    if not all(isinstance(each, str) and "\x00" not in each for each in content):
        raise TypeError(field)
    return json.dumps(content)


def _pointer(given: dict[str, Any]) -> dict[str, Any]:
    """Without the conversation: its id was one of another installation, and transcripts are in no export."""
    pointer: dict[str, Any] = {
        "conversation": None,
        **{name: given.get(name) for name in ("turn", "quote", "start", "end", "state")},
    }
    for name in ("turn", "start", "end"):
        if pointer[name] is not None and not (type(pointer[name]) is int and 0 <= pointer[name] < 2**31):
            raise ValueError(name)
    if not isinstance(pointer["quote"] or "", str) or "\x00" in (pointer["quote"] or ""):
        raise ValueError("quote")
    if pointer["state"] not in {None, *EvidenceState.values}:
        raise ValueError("state")
    return pointer
