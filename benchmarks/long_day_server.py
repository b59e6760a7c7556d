"""The product's own server on the data of this process, of whichever checkout; what it takes in processor time, by its process."""

import gzip
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class WebProcess:
    """One web process, so that what one request warms is warm for the next."""

    port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def processor_seconds(self) -> float:
        """Of the process and its children so far, in steps of 10 ms."""
        return sum(map(_ticks, _family(self.process.pid))) / TICKS


@contextmanager
def serving(root: Path, port: int) -> Iterator[WebProcess]:
    """granian as docker-compose.yml starts it, with static files as an installation has them."""
    environment = os.environ | {
        "YARDSTICK_MANIFEST": "1", "YARDSTICK_BASE_URL": f"http://127.0.0.1:{port}", "PYTHONPATH": str(root),
        "YARDSTICK_ALLOWED_HOSTS": "127.0.0.1", "YARDSTICK_DATABASE_POOL": "4", "YARDSTICK_LIMIT_BEGINNERS": "0",
    }  # fmt: skip
    manage = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"]
    subprocess.run(manage, env=environment, cwd=root, check=True)
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "yardstick.wsgi:application", "--no-ws"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--workers", "1", "--blocking-threads", "2"]
    process = subprocess.Popen(command, env=environment, cwd=root, stdout=subprocess.DEVNULL)
    try:
        _wait(port)
        yield WebProcess(port, process)
    finally:
        process.terminate()
        process.wait(30)


@dataclass(frozen=True, slots=True)
class Answered:
    url: str
    body: bytes
    wall: float  # seconds
    processor: float  # seconds of the server

    @property
    def packed(self) -> int:
        """Bytes as the reverse proxy would send them (gzip)."""
        return len(gzip.compress(self.body, 6))


@dataclass(frozen=True, slots=True)
class Caller:
    """A browser without a screen: cookies, and how long an answer takes from its first byte asked to its last one read."""

    server: WebProcess
    client: httpx2.Client  # noqa: TID251 - only our own server is asked

    def get(self, path: str) -> Answered:
        return self._timed(lambda: self.client.get(path))

    def post(self, path: str, **content: Any) -> Answered:
        headers = {"X-CSRFToken": self.client.cookies["csrftoken"], "Referer": self.server.url}
        return self._timed(lambda: self.client.post(path, headers=headers, **content))

    def _timed(self, ask: Callable[[], httpx2.Response]) -> Answered:
        before, began = self.server.processor_seconds(), time.monotonic()
        answer = ask()
        wall = time.monotonic() - began
        answer.raise_for_status()
        return Answered(str(answer.url), answer.content, wall, self.server.processor_seconds() - before)


@contextmanager
def calling(server: WebProcess) -> Iterator[Caller]:
    with httpx2.Client(base_url=server.url, timeout=60, follow_redirects=True) as client:  # noqa: TID251 - only our own server is asked
        yield Caller(server, client)


def _wait(port: int, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5):
            return
        time.sleep(0.2)
    raise SystemExit("The server did not start.")


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(one for child in children for one in _family(int(child)))]


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])
