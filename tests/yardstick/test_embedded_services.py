"""The embedded PostgreSQL and Valkey as real processes: started, killed, started again."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from tests.patience import wait_until
from yardstick.embedded import leftovers, paths

READY = "ready"
STORE = "CREATE TABLE kept (n int); INSERT INTO kept VALUES (41)"


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "state with space"
    monkeypatch.setenv("YARDSTICK_STATE", str(folder))
    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    yield folder
    leftovers.end(folder)
    paths.remove_sockets()


def supervise(*options: str) -> subprocess.Popen[str]:
    """Services that stay up until the command's input is closed."""
    command = ["-m", "yardstick.embedded", "exec", *options, "--", "sh", "-c", f"echo {READY}; cat >/dev/null"]
    return subprocess.Popen(
        [sys.executable, *command],
        cwd=paths.PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@contextlib.contextmanager
def running(*options: str) -> Iterator[subprocess.Popen[str]]:
    process = supervise(*options)
    assert process.stdout
    try:
        first = process.stdout.readline().strip()
        assert first == READY, process.communicate()[1]
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.communicate()


def query(statement: str) -> list[tuple[int, ...]]:
    with psycopg.connect(paths.database_url(), autocommit=True) as connection:
        cursor = connection.execute(statement)
        return list(cursor.fetchall()) if cursor.description else []


def broker() -> redis.Redis:
    return redis.Redis(unix_socket_path=str(paths.valkey_socket()))


def postmaster_pid() -> int:
    return int((paths.postgres_data() / "postmaster.pid").read_text().splitlines()[0])


def test_data_survives_a_stop_and_a_start(state: Path) -> None:
    with running() as process:
        query(STORE)
        with broker() as client:
            client.lpush("queue", "one")
        process.communicate("")
        assert process.returncode == 0
    assert leftovers.find(state) == []
    assert not (paths.postgres_data() / "postmaster.pid").exists()

    with running():
        assert query("SELECT n FROM kept") == [(41,)]
        with broker() as client:
            assert client.lrange("queue", 0, -1) == [b"one"]


def test_killed_supervisor_leaves_no_children_and_the_next_start_recovers(state: Path) -> None:
    with running() as process:
        query(STORE)
        assert len(leftovers.find(state)) >= 2
        process.kill()
        process.wait()
        wait_until(lambda: leftovers.find(state) == [])

    with running():
        assert query("SELECT n FROM kept") == [(41,)]


def test_everything_killed_at_once_recovers_by_itself(state: Path) -> None:
    with running() as process:
        query(STORE)
        with broker() as client:
            client.lpush("queue", "one")
        for pid in [process.pid, *leftovers.find(state)]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait()
        assert (paths.postgres_data() / "postmaster.pid").exists()

    with running():
        assert query("SELECT n FROM kept") == [(41,)]
        with broker() as client:
            assert client.lrange("queue", 0, -1) == [b"one"]


def test_stale_pid_file_of_a_stranger_is_forgotten_and_the_stranger_lives(state: Path) -> None:
    with running() as process:
        query(STORE)
        process.communicate("")
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        stale = f"{stranger.pid}\n{paths.postgres_data()}\n"
        (paths.postgres_data() / "postmaster.pid").write_text(stale)
        paths.postgres_sockets().mkdir(parents=True, mode=0o700)
        paths.socket_folder().chmod(0o700)
        (paths.postgres_sockets() / ".s.PGSQL.5432.lock").write_text(stale)
        with running():
            assert query("SELECT n FROM kept") == [(41,)]
            assert postmaster_pid() != stranger.pid
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_second_start_on_the_same_folder_is_refused(state: Path) -> None:
    with running() as first:
        second = supervise()
        _, complaint = second.communicate()
        assert second.returncode == 1
        assert f"already running on {state} (process {first.pid})" in complaint
        assert query("SELECT 1") == [(1,)]


def test_ephemeral_services_run_side_by_side_and_leave_nothing(tmp_path: Path) -> None:
    show = 'print(__import__("os").environ["YARDSTICK_STATE"], __import__("os").environ["DATABASE_URL"])'
    command = [sys.executable, "-m", "yardstick.embedded", "exec", "--ephemeral", "--", sys.executable, "-c", show]
    environment = {**os.environ, "DATABASE_URL": "postgres://elsewhere/production"}
    both = [
        subprocess.Popen(command, cwd=paths.PROJECT, stdout=subprocess.PIPE, text=True, env=environment)
        for _ in range(2)
    ]
    answers = [process.communicate()[0].split() for process in both]

    assert [process.returncode for process in both] == [0, 0]
    folders = {folder for folder, _ in answers}
    assert len(folders) == 2
    assert not any(Path(folder).exists() for folder in folders)
    assert not any("production" in url for _, url in answers)


@pytest.mark.parametrize(("command", "code"), [(["sh", "-c", "exit 7"], 7), (["sh", "-c", "kill -TERM $$"], 143)])
def test_exec_returns_the_exit_code_of_the_command(command: list[str], code: int) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "yardstick.embedded", "exec", "--ephemeral", "--", *command],
        cwd=paths.PROJECT,
        check=False,
    )
    assert done.returncode == code


def test_terminated_exec_stops_its_services(state: Path) -> None:
    with running() as process:
        process.send_signal(signal.SIGTERM)
        process.wait()
    assert leftovers.find(state) == []
