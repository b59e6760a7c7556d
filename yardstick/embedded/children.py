"""Starting and stopping child processes that never outlive their parent."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from yardstick.embedded.errors import EmbeddedError
from yardstick.embedded.owner import Owner

_PR_SET_PDEATHSIG = 1
_LINUX = sys.platform.startswith("linux")
_LIBC = ctypes.CDLL(None, use_errno=True) if _LINUX else None
MARKER = "YARDSTICK_SUPERVISED"
TELL_SECONDS = 10.0
LOG_LIMIT = 20 * 1024 * 1024


@dataclass(frozen=True)
class Command:
    """How to run one service."""

    name: str
    arguments: Sequence[str]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_signal: signal.Signals = signal.SIGTERM
    grace: float = 8.0
    owner: Owner = field(default_factory=Owner)


@dataclass
class Child:
    command: Command
    process: subprocess.Popen[bytes]

    @property
    def name(self) -> str:
        return self.command.name

    def is_alive(self) -> bool:
        return self.process.poll() is None

    def last_lines(self, count: int = 8) -> str:
        with self.command.log.open("rb") as file:
            file.seek(max(0, self.command.log.stat().st_size - 16_384))
            lines = file.read().decode("utf-8", "replace").splitlines()
        return "\n".join(f"  | {line}" for line in lines[-count:])

    def end_of_log(self) -> str:
        return f"{self.name} ended with status {self.process.returncode}; {self.command.log} ends:\n{self.last_lines()}"


def launch(command: Command, *, marker: Path) -> Child:
    """Start the command in a session of its own, so that Ctrl-C reaches only the supervisor.

    Call it from the main thread: the kernel ties the death signal to the thread that started the child.
    """
    _rotate(command.log)
    command.log.parent.mkdir(parents=True, exist_ok=True)
    with command.log.open("ab") as log:
        process = subprocess.Popen(
            list(command.arguments),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, **command.environment, MARKER: str(marker)},
            start_new_session=True,
            preexec_fn=before_exec(command.owner, command.stop_signal),
            **command.owner.credentials(),
        )
    return Child(command, process)


def before_exec(owner: Owner, death_signal: signal.Signals) -> Callable[[], None]:
    """What the child does between fork and exec; the death signal comes last, changing the user clears it."""
    parent = os.getpid()

    def prepare() -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        owner.enter()
        if _LIBC is not None:
            _LIBC.prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
            if os.getppid() != parent:
                os._exit(1)

    return prepare


def stop(children: Sequence[Child]) -> None:
    """Ask all to stop at once, wait for each, and kill what does not listen, with whatever it left in its group."""
    for child in children:
        if child.is_alive():
            child.process.send_signal(child.command.stop_signal)
    for child in children:
        try:
            child.process.wait(child.command.grace)
        except subprocess.TimeoutExpired:
            child.process.kill()
            child.process.wait()
        kill_group(child)


def kill_group(child: Child) -> None:
    """End the descendants of a child that is gone: a killed parent leaves its own workers behind."""
    try:
        os.killpg(child.process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        # macOS answers "not permitted" for a group of which only the dead are left.
        return


def wait_until(ready: Callable[[], bool], child: Child, *others: Child, pause: float = 0.03) -> None:
    """However slow the machine: only the end of one of the children ends the waiting. Now and then it is told."""
    telling = Telling()
    while not ready():
        for each in (child, *others):
            if not each.is_alive():
                raise EmbeddedError(each.end_of_log())
        telling.tell(lambda: f"{child.name} to be ready; its log, {child.command.log}, ends:\n{child.last_lines(1)}")
        time.sleep(pause)


class Telling:
    """Says what is waited for, at most once in so many seconds."""

    def __init__(self) -> None:
        self._began = self._told = time.monotonic()

    def tell(self, what: Callable[[], str]) -> None:
        now = time.monotonic()
        if now - self._told >= TELL_SECONDS:
            self._told = now
            print(f"Waiting since {now - self._began:.0f} s for {what()}", file=sys.stderr, flush=True)


def _rotate(log: Path) -> None:
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_suffix(".log.1"))
