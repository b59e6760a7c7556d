"""The process that reads Parquet, Arrow and Excel: ``python -m conversations.formats.containers.table_reader KIND FILE [SHEET]``.

It writes a text to standard output; what it refuses it says as JSON on standard error. It has no database and no secrets.
"""

import csv
import io
import json
import math
import os
import resource
import sys
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

MEMORY_BYTES = 1024 * 1024 * 1024
_NAMED = 30  # sheets
_SECONDS, _SECONDS_FOR_EACH_MEGABYTE = 60, 5
ROWS_AT_ONCE = 64
MOST_TIMES_PACKED = 200
LEAST_ALLOWED_BYTES = 256 * 1024 * 1024
REFUSED = 3


class NotReadable(Exception):
    """The message says why, for the uploader; ``sheets`` are those one of which has to be chosen."""

    def __init__(self, message: str, sheets: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.sheets = sheets


def main() -> None:
    kind, path, part = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
    _limit(path.stat().st_size)
    try:
        for text in READERS[kind](path, part):
            sys.stdout.buffer.write(text)
        sys.stdout.buffer.flush()
    except NotReadable as refused:
        _end(str(refused), refused.sheets)
    except BrokenPipeError:
        os._exit(0)  # who asked has seen enough


def _end(words: str, sheets: tuple[str, ...]) -> None:
    sys.stdout.buffer.flush()
    sys.stderr.write(json.dumps({"refused": words, "sheets": sheets}))
    sys.stderr.flush()
    os._exit(REFUSED)


def _limit(size: int) -> None:
    for what, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, _SECONDS + _SECONDS_FOR_EACH_MEGABYTE * (size >> 20)),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _parquet(path: Path, part: str) -> Iterator[bytes]:
    import pyarrow as pa  # noqa: PLC0415 - each kind brings its own
    from pyarrow import parquet  # noqa: PLC0415

    try:
        with parquet.ParquetFile(path, pre_buffer=False, buffer_size=1 << 16) as file:
            for batch in file.iter_batches(batch_size=ROWS_AT_ONCE, use_threads=False):
                yield from _lines(batch.to_pylist(maps_as_pydicts="lossy"))
    except MemoryError:
        raise NotReadable(_too_much("Parquet file")) from None
    except (pa.ArrowException, OSError, KeyError) as error:
        raise NotReadable(f"This Parquet file is damaged or was cut off ({_short(error)}).") from None


def _arrow(path: Path, part: str) -> Iterator[bytes]:
    import pyarrow as pa  # noqa: PLC0415
    from pyarrow import ipc  # noqa: PLC0415

    try:
        with pa.memory_map(str(path)) as source:
            is_file = source.read(6) == b"ARROW1"
            source.seek(0)
            reader = ipc.open_file(source) if is_file else ipc.open_stream(source)
            batches = (
                (reader.get_batch(number) for number in range(reader.num_record_batches)) if is_file else iter(reader)
            )
            for batch in batches:
                for start in range(0, batch.num_rows, ROWS_AT_ONCE):
                    yield from _lines(batch.slice(start, ROWS_AT_ONCE).to_pylist(maps_as_pydicts="lossy"))
    except MemoryError:
        raise NotReadable(_too_much("Arrow file")) from None
    except (pa.ArrowException, OSError) as error:
        raise NotReadable(f"This Arrow file is damaged or was cut off ({_short(error)}).") from None


def _too_much(what: str) -> str:
    return f"This {what} has rows that need more memory than is given to a file. Save it as JSON Lines, or in smaller groups of rows."


def _lines(rows: list[dict[str, Any]]) -> Iterator[bytes]:
    for row in rows:
        yield json.dumps(_plain(row), ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"


def _plain(value: Any) -> Any:
    """What JSON has. A number that is none is nothing; bytes are text if they are."""
    if isinstance(value, dict):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, str | int) else _as_text_or_number(value)


def _as_text_or_number(value: Any) -> Any:
    match value:
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case datetime() | date() | time():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case bytes():
            return value.decode("utf-8", "replace")
        case _:
            return str(value)


def _xlsx(path: Path, part: str) -> Iterator[bytes]:
    from openpyxl import load_workbook  # noqa: PLC0415

    _refuse_bomb(path)
    try:
        book = load_workbook(path.open("rb"), read_only=True, data_only=True, keep_links=False)
        sheet = _sheet([each for each in book.worksheets if each.sheet_state == "visible"], part)
        yield from _csv(sheet)
    except NotReadable:
        raise
    except MemoryError:
        raise NotReadable(
            "This Excel workbook needs more memory than is given to a file. Save the sheet as “CSV UTF-8”."
        ) from None
    except Exception as error:  # noqa: BLE001 - the parser raises whatever it stumbles over
        raise NotReadable(_damaged(error)) from None


def _damaged(error: Exception) -> str:
    return (
        f"This Excel workbook is damaged ({_short(error)}). Open it, save it again, or save the sheet as “CSV UTF-8”."
    )


def _refuse_bomb(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(info.file_size for info in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise NotReadable(_damaged(error)) from None
    if unpacked > max(LEAST_ALLOWED_BYTES, MOST_TIMES_PACKED * path.stat().st_size):
        raise NotReadable("This Excel workbook unpacks to more than anybody packs so small: not read.")


def _sheet(sheets: list[Any], part: str) -> Any:
    filled = [sheet for sheet in sheets if any(_filled(row) for row in sheet.iter_rows(max_row=20, values_only=True))]
    if part:
        named = next((sheet for sheet in sheets if sheet.title == part), None)
        if named is None:
            names = tuple(sheet.title for sheet in filled[:_NAMED])
            raise NotReadable(f"This workbook has no sheet “{part[:80]}”: it has {_listed(sheets)}.", names)
        return named
    if len(filled) > 1:
        names = tuple(sheet.title for sheet in filled[:_NAMED])
        raise NotReadable(f"This workbook has {len(filled)} sheets: choose one. They are {_listed(filled)}.", names)
    if not filled:
        raise NotReadable("This Excel workbook has no sheet with anything in it.")
    return filled[0]


def _listed(sheets: list[Any]) -> str:
    return ", ".join(f"“{sheet.title[:80]}”" for sheet in sheets[:_NAMED])


def _filled(row: tuple[Any, ...]) -> bool:
    return any(value is not None and value != "" for value in row)


def _csv(sheet: Any) -> Iterator[bytes]:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    for row in sheet.iter_rows(values_only=True):
        writer.writerow([_cell(value) for value in row] if _filled(row) else [])
        yield text.getvalue().encode("utf-8", "replace")
        text.seek(0)
        text.truncate()


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer() and abs(value) < 2**53:
            return str(int(value))
        case datetime() | date() | time():
            return value.isoformat()
        case _:
            return str(value)


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__


READERS = {"parquet": _parquet, "arrow": _arrow, "xlsx": _xlsx}


if __name__ == "__main__":
    main()
