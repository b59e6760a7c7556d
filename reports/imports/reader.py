"""The process that reads a dataset: ``python -m reports.imports.reader``, started by ``reports.imports.process``.

It meets hostile bytes with parsers in C, so it is a process of its own: of little memory and time, without the database and
without its secrets. It is asked by one line of JSON on standard input and answers on standard output with lines of JSON;
one that names a table is followed by rows of it as PostgreSQL's COPY reads them.
"""

import json
import os
import resource
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from reports.imports.archive import data_files, read_json, unpack
from reports.imports.expected import RULES
from reports.imports.problems import DatasetRefused, Problem, refusal
from reports.imports.rows import ROWS_AT_ONCE, Row, RowChecker, columns_of

BLOCK_BYTES = 1 << 20
MOST_TIMES_PACKED = 500  # what all rows come to, of the size of their files
LEAST_ALLOWED_BYTES = 256 << 20  # but so much is allowed of any
_SECONDS, _SECONDS_FOR_EACH_MEGABYTE = 120, 10
_ESCAPED = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})

type Files = dict[str, list[tuple[str, Path]]]


def main() -> None:
    asked = json.loads(sys.stdin.buffer.readline())
    _limit_memory(asked["memory_bytes"])
    answers = sys.stdout.buffer
    try:
        _answer(asked, answers)
    except DatasetRefused as refused:
        _say(answers, {"problems": [asdict(problem) for problem in refused.problems]})
    except MemoryError:
        found = Problem("the dataset", 0, "", "one that is read in little memory", "one that takes more")
        _say(answers, {"problems": [asdict(found)]})
    except OSError as error:
        _say(answers, {"failed": [error.errno, error.strerror]})
    answers.flush()


def _limit_memory(most: int) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(resource.RLIMIT_AS, (most, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit_time(packed: int) -> None:
    most = _SECONDS + _SECONDS_FOR_EACH_MEGABYTE * (packed >> 20)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _answer(asked: dict[str, Any], answers: BinaryIO) -> None:
    folder = Path(asked["folder"])
    if asked["archive"] is not None:
        with os.fdopen(asked["archive"], "rb") as archive:
            unpack(archive, folder)
    files = data_files(folder, asked["schema_version"])
    packed = sum(place.stat().st_size for of_table in files.values() for _name, place in of_table)
    _limit_time(packed)
    said = read_json(folder, "manifest.json").get("rows")
    _say(answers, {"study": read_json(folder, "study.json"), "said": said if isinstance(said, dict) else {}})
    reader = RowChecker(bytes.fromhex(asked["salt"]))
    left = max(LEAST_ALLOWED_BYTES, MOST_TIMES_PACKED * packed)
    for table, rows, block in _blocks(reader, files):
        left -= len(block)
        if left < 0:
            expected = f"rows that come to {MOST_TIMES_PACKED} times the size of the files at most"
            raise refusal(f"data/{table}", expected, "more")
        if not reader.problems:
            _say(answers, {"table": table, "rows": rows, "bytes": len(block)})
            answers.write(block)
    if reader.problems:
        raise DatasetRefused(reader.problems)
    _say(answers, {"done": True})


def _blocks(reader: RowChecker, files: Files) -> Iterator[tuple[str, int, bytes]]:
    """Each table's rows as COPY reads them, some at a time, with their number."""
    for table in RULES:
        columns = columns_of(table)
        for name, place in files[table]:
            block = bytearray()
            count = 0
            for row in reader.rows(table, name, place):
                block += _line(row, columns)
                count += 1
                if len(block) >= BLOCK_BYTES or count >= ROWS_AT_ONCE:
                    yield table, count, bytes(block)
                    block.clear()
                    count = 0
            yield table, count, bytes(block)


def _line(row: Row, columns: list[str]) -> bytes:
    return ("\t".join(_field(row[column]) for column in columns) + "\n").encode()


def _field(value: Any) -> str:
    match value:
        case None:
            return "\\N"
        case bool():
            return "t" if value else "f"
        case datetime():
            return value.isoformat()
        case _:
            return str(value).translate(_ESCAPED)


def _say(answers: BinaryIO, content: dict[str, Any]) -> None:
    answers.write(json.dumps(content).encode() + b"\n")


if __name__ == "__main__":
    main()
