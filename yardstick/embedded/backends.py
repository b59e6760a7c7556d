"""PostgreSQL's processes in a data folder, also those that outlived their server (Linux only: it reads /proc).

A server that is killed leaves the processes that are at a query. While one of them lives it may write to the folder, so
that a second server there would destroy data: PostgreSQL refuses to start by what its postmaster.pid says.
"""

import contextlib
import os
import signal
from pathlib import Path


def can_be_found() -> bool:
    return Path("/proc/self/cwd").exists()


def find(data: Path) -> list[int]:
    """Whoever of PostgreSQL works in the folder."""
    if not can_be_found():
        return []
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and _works_in(entry, data)]


def ask_to_end(pids: list[int]) -> None:
    """They roll back and leave at the next safe point. Never more than asked: only they know when that is."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)


def _works_in(process: Path, data: Path) -> bool:
    try:
        return (process / "comm").read_text().strip() == "postgres" and (process / "cwd").readlink() == data
    except OSError:
        # Gone, or somebody else's.
        return False
