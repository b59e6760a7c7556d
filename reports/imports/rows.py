"""From Parquet to rows that are right, some at a time; what is wrong with the others is said. Pure: no database.

Nothing that a file says of its own size is believed: a text that repeats is stored once and may stand for any number of
rows, so texts stay as they are stored until it is known how long they come out.
"""

import hashlib
import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
from pyarrow import compute, parquet

from conversations.enums import EvidenceState
from conversations.evidence import FOUND_BY_SEARCH
from conversations.hashing import settings_hash, text_hash
from reports.dataset.tables import TABLES
from reports.imports.expected import MAY_LACK, RULES
from reports.imports.problems import MOST_PROBLEMS, DatasetRefused, Problem, excerpt, refusal
from reports.imports.whole_rows import whole_row

ROWS_AT_ONCE = 1_000
MOST_BYTES_AT_ONCE = 8 << 20
MOST_ROW_BYTES = 16 << 20
_READ_AHEAD = 1 << 20
# What is derived from a row while it passes.
DERIVED: Mapping[str, Sequence[str]] = {
    "items": ("attribute_hash", "prompt_hash"),
    "selections": ("attribute_hash", "prompt_hash"),
    "selection_records": ("prompt_hash",),
    "comparisons": ("prompt_hash", "arm_hash"),
    "silent_cases": ("prompt_hash", "arm_hash"),
}

type Row = dict[str, Any]
type Wrong = tuple[str, str, object]  # field, what was expected, what was found


def columns_of(table: str) -> list[str]:
    """Of a row that passed."""
    return [*RULES[table], *DERIVED.get(table, ()), "file_", "row_"]


class RowChecker:
    """``salt`` makes ids of assignments our own. ``problems`` grows while rows are read."""

    def __init__(self, salt: bytes) -> None:
        self._salt = salt
        self._prompts: set[str] = set()
        self.problems: list[Problem] = []

    def rows(self, table: str, name: str, place: Path) -> Iterator[Row]:
        """Those that are right. Raises DatasetRefused when there are too many problems to go on."""
        for number, row in enumerate(_read(table, name, place), start=1):
            if wrong := _wrong(table, row) or self._derive(table, row):
                field, expected, found = wrong
                self.problems.append(Problem(name, number, field, expected, excerpt(found)))
                if len(self.problems) >= MOST_PROBLEMS:
                    raise DatasetRefused(self.problems)
                continue
            yield row | {"file_": name, "row_": number}

    def _derive(self, table: str, row: Row) -> Wrong | None:
        if row.get("assignment_id") is not None:
            row["assignment_id"] = _own_id(row["assignment_id"], self._salt)
        for text, derived in (("attribute_text", "attribute_hash"), ("prompt_text", "prompt_hash")):
            if derived in DERIVED.get(table, ()):
                row[derived] = None if row[text] is None else text_hash(row[text])
        self._keep_prompt_once(row)
        return _read_lists(row) or (_hash_settings(row) if "arm_settings" in row else None)

    def _keep_prompt_once(self, row: Row) -> None:
        """Its text is in every row about it; once is enough to store it by, and its hash tells whether they agree."""
        if row.get("prompt_hash") is None:
            return
        key = f"{row['prompt_hash']} {row['prompt_id']}"
        if key in self._prompts:
            row["prompt_text"] = None
        self._prompts.add(key)


def _read(table: str, name: str, place: Path) -> Iterator[Row]:
    try:
        with place.open("rb") as source:
            lacking = _lacking(table, name, source)
            present = [column for column in RULES[table] if column not in lacking]
            with _opened(source, read_dictionary=_texts(table, present), buffer_size=_READ_AHEAD) as file:
                for batch in file.iter_batches(ROWS_AT_ONCE, columns=present, use_threads=False):
                    batch.validate(full=True)  # texts that are not UTF-8 among others
                    for piece in _pieces(name, batch):
                        for row in piece.to_pylist():
                            yield row | dict.fromkeys(lacking)
    except MemoryError as error:  # Arrow's own is one too
        raise refusal(name, "Parquet that is read in little memory", "a part of it that takes more") from error
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        raise refusal(name, "Parquet that can be read, with texts in UTF-8", str(error)) from error


def _opened(source: BinaryIO, **options: Any) -> parquet.ParquetFile:
    return parquet.ParquetFile(source, page_checksum_verification=False, **options)


def _texts(table: str, columns: Sequence[str]) -> list[str]:
    return [field.name for field in TABLES[table].schema(columns) if pa.types.is_string(field.type)]


def _pieces(name: str, batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """The rows of the batch, so few at a time that they come out small."""
    size = sum(map(_bytes, batch.columns))
    if size <= MOST_BYTES_AT_ONCE:
        yield batch
    elif batch.num_rows > 1:
        half = batch.num_rows // 2
        yield from _pieces(name, batch.slice(0, half))
        yield from _pieces(name, batch.slice(half))
    elif size <= MOST_ROW_BYTES:
        yield batch
    else:
        raise refusal(name, f"{MOST_ROW_BYTES} bytes at most in one row", str(size))


def _bytes(column: pa.Array) -> int:
    """What the column takes once each row has its own text."""
    if not pa.types.is_dictionary(column.type):
        return int(column.nbytes)
    lengths = compute.binary_length(column.dictionary).cast(pa.int64())
    return compute.sum(lengths.take(column.indices)).as_py() or 0


def _lacking(table: str, name: str, source: BinaryIO) -> set[str]:
    """The columns it may lack and does; the others have their types. Raises DatasetRefused."""
    with _opened(source) as file:
        found = file.schema_arrow
    problems, lacking = [], set()
    for column in TABLES[table].schema(list(RULES[table])):
        places = found.get_all_field_indices(column.name)
        if not places and column.name in MAY_LACK.get(table, ()):
            lacking.add(column.name)
        elif len(places) != 1:
            problems.append(Problem(name, 0, column.name, f"one column of {column.type}", str(len(places))))
        elif found.field(places[0]).type != column.type:
            kind = excerpt(found.field(places[0]).type)
            problems.append(Problem(name, 0, column.name, str(column.type), kind))
    if problems:
        raise DatasetRefused(problems)
    return lacking


def _wrong(table: str, row: Row) -> Wrong | None:
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


def _read_lists(row: Row) -> Wrong | None:
    for field in ("attribute_evidence", "attribute_merged_from", "leak_reasons", "languages"):
        if field in row and row[field] is not None:
            try:
                row[field] = _as_json(field, row[field])
            except (ValueError, TypeError, RecursionError):
                return field, "a JSON list as Yardstick writes it", row[field]
    return None


def _hash_settings(row: Row) -> Wrong | None:
    text = row["arm_settings"]
    try:
        settings = {} if text is None else json.loads(text, parse_constant=_refuse_constant)
        if not isinstance(settings, dict):
            raise TypeError("arm_settings")  # noqa: TRY301 - one answer to all that is wrong with it
        row["arm_hash"] = settings_hash(settings)
    except (ValueError, TypeError, RecursionError):
        return "arm_settings", "a JSON object as Yardstick writes it", text
    return None


def _refuse_constant(name: str) -> None:
    """NaN and infinities are no JSON."""
    raise ValueError(name)


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
    if given.get("found_by") == FOUND_BY_SEARCH:
        pointer["found_by"] = FOUND_BY_SEARCH
    return pointer
