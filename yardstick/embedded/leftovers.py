"""Finding processes that an earlier supervisor of the same state folder left behind (Linux only: it reads /proc)."""

import contextlib
import os
import signal
import time
from pathlib import Path

from yardstick.embedded import paths
from yardstick.embedded.children import MARKER

_SECONDS_TO_STOP = 5.0


def end(marker: Path) -> list[int]:
    """Stop them, politely first; returns their ids. PostgreSQL is stopped by its own tool before."""
    found = find(marker)
    _send(found, signal.SIGTERM)
    deadline = time.monotonic() + _SECONDS_TO_STOP
    while (remaining := [pid for pid in found if _carries(pid, marker)]) and time.monotonic() < deadline:
        time.sleep(0.05)
    _send(remaining, signal.SIGKILL)
    return found


def find(marker: Path) -> list[int]:
    """Processes that are children of this state folder, whoever their parent is now."""
    folder = Path("/proc")
    if not (folder / "self" / "environ").exists():
        return []
    pids = [int(entry.name) for entry in folder.iterdir() if entry.name.isdigit()]
    return [pid for pid in pids if pid != os.getpid() and _carries(pid, marker)]


def _carries(pid: int, marker: Path) -> bool:
    folder = Path("/proc", str(pid))
    try:
        environment = (folder / "environ").read_bytes()
        title = (folder / "cmdline").read_bytes()
    except OSError:
        # Gone, or somebody else's.
        return False
    return os.fsencode(f"{MARKER}={marker}") in environment.split(b"\0") or _is_our_valkey(title)


def _is_our_valkey(title: bytes) -> bool:
    # Valkey writes its title over its environment; the title names its socket.
    return b"valkey-server" in title and os.fsencode(paths.valkey_socket()) in title


def _send(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
