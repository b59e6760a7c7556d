"""What script/demo does before it starts anything."""

import os
import pty
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from conversations.enums import Origin
from yardstick.embedded import demo, leftovers, paths
from yardstick.embedded.__main__ import ORIGINS
from yardstick.embedded.children import Command, launch


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("YARDSTICK_STATE", str(tmp_path))
    (tmp_path / "pg18").mkdir()
    (tmp_path / "secret_key").write_text("x")
    (tmp_path / "somebody-elses.txt").write_text("not ours")
    yield tmp_path
    paths.remove_sockets()


def start_demo(*options: str, stdin: int = subprocess.DEVNULL) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "yardstick.embedded", "demo", *options],
        cwd=paths.PROJECT,
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_origins_of_the_demo_are_those_of_a_batch():
    assert sorted(ORIGINS) == sorted(Origin.values)


def test_port_in_use_is_told_and_nothing_starts(state: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        process = start_demo("--port", str(taken.getsockname()[1]))
        _, complaint = process.communicate()
    assert process.returncode == 1
    assert "Choose another with --port" in complaint
    assert "Traceback" not in complaint
    assert leftovers.find(state) == []


def test_missing_upload_is_told(state: Path) -> None:
    process = start_demo("--from", str(state / "absent.jsonl"))
    _, complaint = process.communicate()
    assert (process.returncode, complaint) == (1, f"Error: No such file: {state / 'absent.jsonl'}\n")


def test_reset_without_a_terminal_deletes_nothing(state: Path) -> None:
    process = start_demo("--reset")
    _, complaint = process.communicate()
    assert process.returncode == 1
    assert "--reset --yes" in complaint
    assert (state / "pg18").exists()


def test_reset_that_is_not_confirmed_deletes_nothing(state: Path) -> None:
    ours, theirs = pty.openpty()
    process = start_demo("--reset", stdin=theirs)
    os.write(ours, b"n\n")
    out, _ = process.communicate()
    os.close(ours)
    os.close(theirs)
    assert process.returncode == 1
    assert "Nothing was deleted" in out
    assert (state / "pg18").exists()


def test_confirmed_reset_deletes_what_is_ours_only(state: Path) -> None:
    paths.make_folders()
    assert demo._reset(state, demo.DemoOptions(reset=True, yes=True))
    assert [path.name for path in state.iterdir()] == ["somebody-elses.txt"]


def test_reset_ends_what_an_earlier_run_left(state: Path) -> None:
    orphan = launch(Command("orphan", ["sleep", "60"], state / "log" / "orphan.log"), marker=state)
    demo._reset(state, demo.DemoOptions(reset=True, yes=True))
    assert orphan.process.wait() == -signal.SIGTERM


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", "http://127.0.0.1:8000"), ("example.org", "http://example.org:8000"), ("::1", "http://[::1]:8000")],
)
def test_base_url_is_the_address_to_open(host: str, expected: str) -> None:
    assert demo.DemoOptions(host=host).base_url == expected


def test_listening_everywhere_prints_an_address_that_others_can_open() -> None:
    url = demo.DemoOptions(host="0.0.0.0").base_url  # noqa: S104 - not bound
    assert "0.0.0.0" not in url  # noqa: S104
