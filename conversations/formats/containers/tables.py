"""Parquet, Arrow and Excel: parsers in C or of XML meet a stranger's bytes in a process of their own, of little memory and time.

What that process writes is a text that the readers know: JSON Lines, or CSV of a sheet.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, BinaryIO, cast

from conversations.formats.options import OfferedChoice

from .streams import BLOCK, Damaged, stream_of

_PROJECT = Path(__file__).parents[3]
_INHERITED = ("PATH", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "TMPDIR")
# Libraries that take memory ahead for each processor would meet the limit on a large machine before any row is read.
_FRUGAL = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OMP_THREAD_LIMIT": "1",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "MALLOC_ARENA_MAX": "1",
}
NAMES = {"parquet": "Parquet file", "arrow": "Arrow file", "xlsx": "Excel workbook"}
REFUSED = 3  # how the process ends that has said why


def as_text(stream: BinaryIO, kind: str, part: str = "") -> BinaryIO:
    """The rows as text. Reading it raises Damaged where the file can't be read, or not in little memory and time."""
    return stream_of(_written(stream, kind, part))


def _written(stream: BinaryIO, kind: str, part: str) -> Iterator[bytes]:
    with tempfile.TemporaryDirectory() as folder, _process(_path(stream, folder), kind, part) as process:
        try:
            output = cast("IO[bytes]", process.stdout)
            while block := output.read(BLOCK):
                stream.read(0)  # who watches the stream sees that it is being read
                yield block
            said = cast("IO[bytes]", process.stderr).read(BLOCK)
            if code := process.wait():
                raise _damage(code, said, kind)
        finally:
            process.kill()


def _process(path: Path, kind: str, part: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "conversations.formats.containers.table_reader", kind, str(path), part],
        cwd=_PROJECT,
        env={name: os.environ[name] for name in _INHERITED if name in os.environ} | _FRUGAL,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def _path(stream: BinaryIO, folder: str) -> Path:
    """The file itself, or a copy of it where it is no file on the disk."""
    name = getattr(stream, "name", None)
    if isinstance(name, str) and Path(name).is_file():
        return Path(name).resolve()
    copy = Path(folder) / "upload"
    stream.seek(0)
    with copy.open("wb") as file:
        shutil.copyfileobj(stream, file)
    return copy


def _damage(code: int, said: bytes, kind: str) -> Damaged:
    if code == REFUSED:
        why = json.loads(said)
        return Damaged(str(why["refused"]), OfferedChoice("part", tuple(why["sheets"])) if why["sheets"] else None)
    return Damaged(
        f"This {NAMES[kind]} can't be read in little memory and time: it ended the process that read it. Save it as CSV or JSON Lines."
    )
