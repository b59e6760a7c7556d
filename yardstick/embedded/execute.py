"""``python -m yardstick.embedded exec -- COMMAND``: run a command with the embedded services, then stop them."""

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import FrameType

from yardstick.embedded import leftovers, llm, paths, postgres, valkey
from yardstick.embedded.children import Child, before_exec, launch, stop, wait_until
from yardstick.embedded.lock import exclusive
from yardstick.embedded.owner import Owner


def run(command: Sequence[str], *, ephemeral: bool, with_llm: bool) -> int:
    with contextlib.ExitStack() as stack:
        if ephemeral:
            stack.enter_context(throwaway_state())
        stack.enter_context(exclusive(paths.state_folder()))
        stack.enter_context(services(durable=not ephemeral, with_llm=with_llm))
        return _run_in_foreground(command)


@contextlib.contextmanager
def throwaway_state() -> Iterator[Path]:
    """A state folder for one run. What the environment says about other services is put aside: tests must not meet them."""
    folder = Path(tempfile.mkdtemp(prefix="yardstick-state-")).resolve()
    os.environ["YARDSTICK_STATE"] = str(folder)
    for name in ("DATABASE_URL", "REDIS_URL", "YARDSTICK_LLM_BASE_URL", "YARDSTICK_FILES"):
        os.environ.pop(name, None)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def services(*, durable: bool, with_llm: bool) -> Iterator[None]:
    """PostgreSQL and Valkey, unless the environment names others, and the local model if wanted."""
    paths.make_folders()
    children: list[Child] = []
    with _terminated_like_interrupted():
        try:
            _start(children, durable=durable, with_llm=with_llm)
            yield
        finally:
            stop(list(reversed(children)))
            paths.remove_sockets()


def _start(children: list[Child], *, durable: bool, with_llm: bool) -> None:
    marker = paths.state_folder()
    waits: list[Callable[[], None]] = []
    own_database = not os.environ.get("DATABASE_URL")
    own_broker = not os.environ.get("REDIS_URL")
    if durable:
        postgres.stop_orphan()
        leftovers.end(marker)
    if with_llm:
        model = llm.start()
        children.append(model)
        waits.append(lambda: llm.wait(model))
    if own_broker:
        broker = launch(valkey.command(durable=durable), marker=marker)
        children.append(broker)
        waits.append(lambda: wait_until(valkey.is_ready, broker))
    if own_database:
        database = launch(postgres.prepare(durable=durable), marker=marker)
        children.append(database)
        waits.append(lambda: postgres.wait(database))
    for wait in waits:
        wait()
    if own_database:
        postgres.ensure_database()
    _export()


def _export() -> None:
    os.environ.setdefault("DATABASE_URL", paths.database_url())
    os.environ.setdefault("REDIS_URL", paths.redis_url())
    os.environ.setdefault("YARDSTICK_SECRET_KEY", secrets.token_urlsafe(64))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yardstick.settings")


def _run_in_foreground(command: Sequence[str]) -> int:
    """The command shares our terminal: Ctrl-C reaches it directly, and we wait for it to end by itself."""
    interrupted = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        process = subprocess.Popen(list(command), preexec_fn=_foreground(before_exec(Owner(), signal.SIGTERM)))
        try:
            code = process.wait()
        except KeyboardInterrupt:
            process.terminate()
            code = process.wait()
    except FileNotFoundError:
        print(f"{command[0]}: no such command", file=sys.stderr)
        return 127
    finally:
        signal.signal(signal.SIGINT, interrupted)
    return code if code >= 0 else 128 - code


def _foreground(prepare: Callable[[], None]) -> Callable[[], None]:
    def restore() -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        prepare()

    return restore


@contextlib.contextmanager
def _terminated_like_interrupted() -> Iterator[None]:
    """SIGTERM and a closed terminal take the same way out as Ctrl-C, so that nothing stays behind."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
