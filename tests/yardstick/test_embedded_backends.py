"""A killed PostgreSQL leaves processes that are at a query: nothing starts on their data before they end."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from tests.patience import wait_until
from yardstick.embedded import backends, children, leftovers, paths, postgres
from yardstick.embedded.children import Child, launch
from yardstick.embedded.supervisor import Service, Supervisor

AT_A_QUERY = "SELECT count(*) FROM generate_series(1, 100000000000)"


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("YARDSTICK_STATE", str(tmp_path))
    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(children, "TELL_SECONDS", 0.2)
    paths.make_folders()
    yield tmp_path
    for pid in backends.find(paths.postgres_data()):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    leftovers.end(tmp_path)
    paths.remove_sockets()


def start_database() -> Child:
    return launch(postgres.prepare(durable=True), marker=paths.state_folder())


@contextmanager
def frozen_backend() -> Iterator[int]:
    """A server process in the middle of a query that can't hear that it should end, and whose client waits."""
    with psycopg.connect(paths.database_url("postgres"), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 41 AS n")
    connection = psycopg.connect(paths.database_url("postgres"), autocommit=True)
    pid: int = connection.info.backend_pid
    connection.pgconn.send_query(AT_A_QUERY.encode())
    wait_until(lambda: "R" in Path("/proc", str(pid), "stat").read_text().rpartition(")")[2].split()[0])
    os.kill(pid, signal.SIGSTOP)
    yield pid
    connection.close()


def was_asked_to_end(pid: int) -> bool:
    """A signal waits for whoever can't hear it."""
    lines = Path("/proc", str(pid), "status").read_text().splitlines()
    pending = next(line.split()[1] for line in lines if line.startswith("ShdPnd"))
    return bool(int(pending, 16) & 1 << (signal.SIGTERM - 1))


def kill_server(server: Child) -> bytes:
    """The server alone, as the kernel does when memory runs out; returns what it left in its pid file."""
    server.process.kill()
    server.process.wait()
    return (paths.postgres_data() / "postmaster.pid").read_bytes()


def kept() -> int:
    with psycopg.connect(paths.database_url("postgres")) as connection:
        ((number,),) = connection.execute("SELECT n FROM kept").fetchall()
    return int(number)


def test_supervisor_waits_for_old_backends_and_counts_one_death(state: Path, capfd: pytest.CaptureFixture[str]) -> None:
    supervisor = Supervisor(marker=state)
    service = supervisor.adopt(Service("postgres", start_database, lambda: postgres.held_up(paths.postgres_data())))
    postgres.wait(service.child)
    with frozen_backend() as backend:
        dead = service.child
        left = kill_server(dead)
        wait_until(lambda: backends.find(paths.postgres_data()) == [backend])
        for number in range(40):
            service.check(now=100.0 + 20 * number)
            time.sleep(0.02)
        assert service.child is dead
        assert (paths.postgres_data() / "postmaster.pid").read_bytes() == left
        told = capfd.readouterr().err
        assert f"processes of the PostgreSQL before ({backend})" in told
        assert told.count("postgres ended with status") == 1

        os.kill(backend, signal.SIGCONT)
        wait_until(lambda: backends.find(paths.postgres_data()) == [])
    service.check(now=2000.0)
    postgres.wait(service.child)
    assert kept() == 41
    supervisor.stop()


def test_next_start_waits_for_old_backends(state: Path) -> None:
    server = start_database()
    postgres.wait(server)
    with frozen_backend() as backend:
        left = kill_server(server)
        wait_until(lambda: backends.find(paths.postgres_data()) == [backend])
        command = [sys.executable, "-m", "yardstick.embedded", "exec", "--", "echo", "started"]
        with (state / "out").open("wb") as out:
            started = subprocess.Popen(command, cwd=paths.PROJECT, stdout=out, stderr=out)
        wait_until(lambda: was_asked_to_end(backend) or started.poll() is not None)
        assert started.poll() is None, (state / "out").read_text()
        assert (paths.postgres_data() / "postmaster.pid").read_bytes() == left
        os.kill(backend, signal.SIGCONT)
        assert started.wait() == 0, (state / "out").read_text()
    assert "started" in (state / "out").read_text()


def test_a_living_server_is_not_asked_to_end_by_the_way(state: Path) -> None:
    server = start_database()
    postgres.wait(server)
    assert str(server.process.pid) in postgres.held_up(paths.postgres_data())
    with psycopg.connect(paths.database_url("postgres")) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert server.is_alive()
    children.stop([server])
