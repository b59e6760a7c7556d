"""The whole of script/demo, as a user meets it: started, killed, started again, stopped."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from yardstick.embedded import leftovers, paths


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("YARDSTICK_STATE", str(tmp_path))
    for name in ("DATABASE_URL", "REDIS_URL", "YARDSTICK_SECRET_KEY", "YARDSTICK_LLM_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    yield tmp_path
    leftovers.end(tmp_path)
    paths.remove_sockets()


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        number: int = listener.getsockname()[1]
    return number


def get(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    with contextlib.closing(connection):
        connection.request("GET", path)
        return connection.getresponse().status


def start(port: int, output: Path) -> subprocess.Popen[bytes]:
    with output.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "yardstick.embedded", "demo", "--port", str(port)],
            cwd=paths.PROJECT,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    while "Ctrl-C stops everything" not in output.read_text():
        assert process.poll() is None, output.read_text()
        time.sleep(0.1)
    return process


def test_demo_serves_survives_a_kill_and_stops_without_leaving_anything(state: Path, port: int) -> None:
    first = start(port, state / "first.out")
    assert f"http://127.0.0.1:{port}" in (state / "first.out").read_text()
    assert get(port, "/health/ready") == 200
    assert get(port, "/login/") == 200

    first.kill()
    first.wait()
    second = start(port, state / "second.out")
    assert get(port, "/health/ready") == 200

    os.kill(second.pid, signal.SIGINT)
    assert second.wait() == 0
    assert leftovers.find(state) == []
    with pytest.raises(ConnectionRefusedError):
        get(port, "/health/ready")
