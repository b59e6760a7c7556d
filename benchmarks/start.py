"""What a start takes, and what stays in memory: seconds until ``script/demo`` is ready (first start and warm), CPU seconds of
``manage.py check`` and of each process, and the memory at rest of all processes (PSS: what processes share is counted once).

    python benchmarks/start.py [--port 8765] [--rest 20]

Linux only: it reads /proc. Where another program keeps the processors busy, only CPU and memory say something.
"""

import argparse
import os
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class ProcessCost:
    name: str
    megabytes: float
    cpu: float


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--port", type=int, default=8765)
    asked.add_argument("--rest", type=float, default=20, help="seconds from ready to the look at memory")
    options = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="start-") as folder:
        for what in ("first", "warm", "warm"):
            measure_start(what, Path(folder, "state"), options)
        seconds = seconds_of_check(Path(folder, "state"))
    print(f"manage.py check: {seconds:.1f} s of CPU")


def measure_start(what: str, state: Path, options: argparse.Namespace) -> None:
    demo = subprocess.Popen(
        [PROJECT / "script/demo", "--port", str(options.port)],
        env={**os.environ, "YARDSTICK_STATE": str(state)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        ready = seconds_to_ready(demo)
        time.sleep(options.rest)
        found = sorted(measured(demo.pid), key=lambda one: -one.megabytes)
    finally:
        demo.send_signal(signal.SIGINT)
        demo.communicate()
    total = sum(one.megabytes for one in found)
    print(f"{what}: ready after {ready:.1f} s; {len(found)} processes, {total:.0f} MB PSS", flush=True)
    for one in found:
        print(f"  {one.megabytes:6.0f} MB {one.cpu:6.1f} s CPU  {one.name}", flush=True)


def seconds_to_ready(demo: "subprocess.Popen[str]") -> float:
    for line in demo.stdout or ():
        if told := re.search(r"ready after ([\d.]+) s", line):
            return float(told[1])
    raise SystemExit("script/demo ended before it was ready.")


def measured(root: int) -> list[ProcessCost]:
    return [_measured(pid) for pid in descendants(root)]


def descendants(root: int) -> list[int]:
    """The process and all below it."""
    parents = {int(entry.name): _parent(entry) for entry in Path("/proc").iterdir() if entry.name.isdigit()}
    found = [root]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found


def _measured(pid: int) -> ProcessCost:
    folder = Path("/proc", str(pid))
    words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").split()
    kilobytes = int(re.search(r"^Pss:\s+(\d+)", (folder / "smaps_rollup").read_text(), re.MULTILINE)[1])  # type: ignore[index]
    ticks = sum(int(field) for field in _fields(folder)[11:13])
    return ProcessCost(" ".join(Path(word).name for word in words[:8])[:70], kilobytes / 1024, ticks / TICKS)


def _parent(folder: Path) -> int:
    try:
        return int(_fields(folder)[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0  # it has ended meanwhile


def _fields(folder: Path) -> list[str]:
    """The fields of its status after its name, which may hold anything."""
    return (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()


def seconds_of_check(state: Path) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=PROJECT,
        env={**os.environ, "YARDSTICK_STATE": str(state), "DJANGO_SETTINGS_MODULE": "yardstick.settings"},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
