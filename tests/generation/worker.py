"""A real Celery worker as its own process, on the test's database and broker."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from django.conf import settings

ROOT = Path(__file__).resolve().parents[2]


def database_url() -> str:
    """The test database, which the settings of another process would not guess."""
    database = settings.DATABASES["default"]
    host = quote(str(database["HOST"]), safe="")
    port = f":{database['PORT']}" if database.get("PORT") else ""
    password = f":{quote(str(database['PASSWORD']), safe='')}" if database.get("PASSWORD") else ""
    return f"postgres://{database['USER']}{password}@{host}{port}/{database['NAME']}"


def start(queue: str = "llm", *, threads: int = 4) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "celery", "-A", "yardstick", "worker", "-P", "threads", "-c", str(threads)]
    command += ["-Q", queue, "-n", f"test-{os.getpid()}-{os.urandom(3).hex()}@%h", "--loglevel", "WARNING"]
    command += ["--without-gossip", "--without-mingle"]
    environment = {**os.environ, "DATABASE_URL": database_url(), "YARDSTICK_SECRET_KEY": settings.SECRET_KEY}
    return subprocess.Popen(command, env=environment, cwd=ROOT, start_new_session=True)


def kill(process: subprocess.Popen[bytes]) -> None:
    """As the kernel would: no handler runs."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextlib.contextmanager
def running(queue: str = "llm", *, threads: int = 4) -> Iterator[subprocess.Popen[bytes]]:
    process = start(queue, threads=threads)
    try:
        yield process
    finally:
        if process.poll() is None:
            kill(process)
