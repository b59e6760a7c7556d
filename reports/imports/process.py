"""Starting the process that reads a dataset, and taking what it says. Whatever ends it, whoever started it lives."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from django.conf import settings

from reports.dataset.versions import SCHEMA_VERSION
from reports.imports.expected import RULES
from reports.imports.problems import DatasetRefused, Problem, refusal

MOST_LINE_BYTES = 64 << 20
_INHERITED = ("PATH", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "TMPDIR")
# Libraries that take memory ahead for each processor would meet the limit on a large machine before any row is read.
_FRUGAL = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OMP_THREAD_LIMIT": "1",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "MALLOC_ARENA_MAX": "1",
}


@dataclass(frozen=True, slots=True)
class Block:
    """Rows of a table as COPY reads them."""

    table: str
    rows: int
    content: bytes


class Reading:
    """``study``: the content of study.json; ``said``: how many rows each table has, by the manifest."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process, self._output = process, cast("IO[bytes]", process.stdout)
        first = self._next()
        self.study, self.said = first["study"], first["said"]

    def blocks(self) -> Iterator[Block]:
        """Table by table. Raises DatasetRefused, also once all rows but wrong ones were read."""
        while "done" not in (answer := self._next()):
            if answer["table"] not in RULES:
                raise self._death()
            yield Block(answer["table"], answer["rows"], self._exactly(answer["bytes"]))

    def _next(self) -> dict[str, Any]:
        line = self._output.readline(MOST_LINE_BYTES)
        if not line.endswith(b"\n"):
            raise self._death()
        answer: dict[str, Any] = json.loads(line)
        if "problems" in answer:
            raise DatasetRefused([Problem(**each) for each in answer["problems"]])
        if "failed" in answer:
            raise OSError(*answer["failed"])
        return answer

    def _exactly(self, size: int) -> bytes:
        content = self._output.read(size)
        if len(content) < size:
            raise self._death()
        return content

    def _death(self) -> Exception:
        """What ended it: more memory or time than it is given, where it did not end by an error of our own."""
        self._process.kill()
        code = self._process.wait()
        if code >= 0:
            return ChildProcessError(None, "The process that reads datasets ended by an error of its own")
        megabytes = settings.DATASET_MEMORY_BYTES >> 20
        return refusal(
            "the dataset",
            f"one that is read in {megabytes} MB of memory, and in a time that fits its size",
            f"one that ended the process that read it ({signal.Signals(-code).name})",
        )


@contextmanager
def reading(*, folder: Path, archive: BinaryIO | None, salt: bytes) -> Iterator[Reading]:
    """The dataset in ``folder``; that of an ``archive`` is unpacked there first. Raises DatasetRefused, OSError."""
    asked = {
        "archive": None if archive is None else archive.fileno(),
        "folder": str(folder.resolve()),
        "salt": salt.hex(),
        "schema_version": SCHEMA_VERSION,
        "memory_bytes": settings.DATASET_MEMORY_BYTES,
    }
    with subprocess.Popen(
        [sys.executable, "-m", "reports.imports.reader"],
        cwd=settings.BASE_DIR,
        env={name: os.environ[name] for name in _INHERITED if name in os.environ} | _FRUGAL,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        pass_fds=() if archive is None else (archive.fileno(),),
    ) as process:
        try:
            with cast("IO[bytes]", process.stdin) as questions:
                questions.write(json.dumps(asked).encode() + b"\n")
            yield Reading(process)
        finally:
            process.kill()
