import itertools
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.patience import wait_until as wait_until_true
from yardstick.embedded import children
from yardstick.embedded import supervisor as module
from yardstick.embedded.children import Child, Command, launch, stop, wait_until
from yardstick.embedded.errors import EmbeddedError
from yardstick.embedded.supervisor import Service, Supervisor


def command(tmp_path: Path, program: str) -> Command:
    return Command("example", [sys.executable, "-c", program], tmp_path / "log" / "example.log", grace=1)


def wait_for_log(path: Path, text: str) -> None:
    wait_until_true(lambda: path.exists() and text in path.read_text())


def test_child_that_dies_is_reported_and_started_again(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    supervisor = Supervisor(marker=tmp_path)
    service = supervisor.start(command(tmp_path, "import time; print('my last words', flush=True); time.sleep(60)"))
    try:
        wait_for_log(service.child.command.log, "my last words")
        first = service.child.process.pid
        os.kill(first, signal.SIGKILL)
        service.child.process.wait()
        service.check(now=100.0)
        service.check(now=100.1)
        assert not service.child.is_alive()
        service.check(now=100.6)
        assert service.child.is_alive()
        assert service.child.process.pid != first
    finally:
        supervisor.stop()
    assert "my last words" in capfd.readouterr().err


def test_child_that_keeps_dying_is_given_up(tmp_path: Path) -> None:
    service = Service("example", lambda: launch(command(tmp_path, "raise SystemExit(5)"), marker=tmp_path))

    def die_for_ever() -> None:
        for now in range(0, 6000, 1):
            service.child.process.wait()
            service.check(now=float(now))

    with pytest.raises(EmbeddedError, match="ended 6 times"):
        die_for_ever()


def test_waiting_is_told_and_ends_when_it_is_ready(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(children, "TELL_SECONDS", 0.0)
    child = launch(command(tmp_path, "import time; print('warming up', flush=True); time.sleep(60)"), marker=tmp_path)
    looks = itertools.count()
    wait_until(lambda: next(looks) == 3, child)
    stop([child])
    told = capfd.readouterr().err
    assert told.count("for example to be ready") == 3
    assert str(child.command.log) in told


def test_waiting_ends_when_the_child_dies_or_one_of_those_it_came_with(tmp_path: Path) -> None:
    def start(name: str, program: str) -> Child:
        return launch(replace(command(tmp_path, program), name=name, log=tmp_path / f"{name}.log"), marker=tmp_path)

    alive = start("alive", "import time; time.sleep(60)")
    dead = start("dead", "print('cannot', flush=True); raise SystemExit(3)")
    with pytest.raises(EmbeddedError, match=r"dead ended with status 3(?s:.*)cannot"):
        wait_until(lambda: False, dead)
    with pytest.raises(EmbeddedError, match="dead ended with status 3"):
        wait_until(lambda: False, alive, dead)
    assert alive.is_alive()
    stop([alive])


def test_deaths_long_ago_are_forgiven(tmp_path: Path) -> None:
    service = Service("example", lambda: launch(command(tmp_path, "raise SystemExit(5)"), marker=tmp_path))
    for number in range(20):
        service.child.process.wait()
        service.check(now=number * module._WINDOW)
        service.check(now=number * module._WINDOW + 1)
    stop([service.child])


def test_stop_kills_what_does_not_listen_and_its_descendants(tmp_path: Path) -> None:
    stubborn = (
        "import signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "inner = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print('inner', inner.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    child = launch(command(tmp_path, stubborn), marker=tmp_path)
    wait_for_log(child.command.log, "inner")
    inner = int(child.command.log.read_text().split()[1])
    stop([child])
    assert child.process.returncode == -signal.SIGKILL
    # An orphan that was killed may wait as a zombie for init to collect it.
    wait_until_true(lambda: not _is_running(inner))


def _is_running(pid: int) -> bool:
    status = Path("/proc", str(pid), "stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"
