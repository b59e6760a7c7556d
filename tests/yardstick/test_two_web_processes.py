"""The limits hold over all web processes, for the address a request really comes from. Two granians, one Valkey."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from django.conf import settings

from tests import limits
from tests.generation.worker import database_url
from tests.patience import PATIENCE, wait_until

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 90
pytestmark = pytest.mark.django_db(transaction=True)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def ask(port: int, method: str, path: str, *headers: tuple[str, str], body: bytes = b"") -> http.client.HTTPResponse:
    """Header lines as they are given, twice the same too."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in (*headers, ("Content-Length", str(len(body)))):
            connection.putheader(name, value)
        connection.endheaders(body)
        response = connection.getresponse()
        response.read()
        return response
    finally:
        connection.close()


@pytest.fixture
def ports() -> Iterator[Sequence[int]]:
    """Two web servers of one process each, behind a proxy that is this test, with the limits of an installation."""
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "YARDSTICK_SECRET_KEY": settings.SECRET_KEY,
        "YARDSTICK_TRUSTED_PROXIES": "127.0.0.1",
        "YARDSTICK_DATABASE_POOL": "4",
    }
    found = [free_port(), free_port()]
    limits.forget()
    with contextlib.ExitStack() as stack:
        for port in found:
            stack.enter_context(web(port, environment))
        for port in found:
            wait_until_alive(port)
        yield found
    limits.forget()


@contextlib.contextmanager
def web(port: int, environment: dict[str, str]) -> Iterator[None]:
    command = [sys.executable, "-m", "yardstick.web", "--interface", "wsgi", "yardstick.wsgi:application", "--no-ws"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--workers", "1", "--blocking-threads", "2"]
    process = subprocess.Popen(command, env=environment, cwd=ROOT, start_new_session=True)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)


def wait_until_alive(port: int) -> None:
    def is_alive() -> bool:
        with contextlib.suppress(OSError, http.client.HTTPException):
            return ask(port, "GET", "/health/live").status == 200
        return False

    wait_until(is_alive)


def test_limits_are_counted_together_and_forged_headers_change_nothing(ports):
    def anonymous(number: int, *forwarded: str) -> http.client.HTTPResponse:
        headers = [("X-Forwarded-For", value) for value in forwarded]
        return ask(ports[number % 2], "GET", "/api/v1/studies/", *headers)

    started = time.monotonic()
    answers = [anonymous(number, f"198.51.100.{number}, 203.0.113.7") for number in range(80)]
    seconds = time.monotonic() - started
    passed = sum(answer.status == 401 for answer in answers)
    assert 30 <= passed <= 31 + seconds / 2  # 30 a minute: 30 at once, then one every two seconds
    refused = [answer for answer in answers if answer.status == 429]
    assert len(refused) + passed == 80
    assert all(int(answer.headers["Retry-After"]) >= 1 for answer in refused)

    # A second line of the header, before or after the one that the proxy wrote, is part of one list.
    other = [anonymous(number, f"198.51.100.{number}", "203.0.113.9").status for number in range(40)]
    assert other[:30] == [401] * 30
    assert 429 in other[30:]
    assert anonymous(0, "203.0.113.10").status == 401
