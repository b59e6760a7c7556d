"""``python -m yardstick.embedded demo``: everything on one machine, under one supervisor."""

import contextlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from yardstick.embedded import leftovers, llm, paths, postgres, processes, valkey
from yardstick.embedded.children import Child, before_exec, launch, wait_until
from yardstick.embedded.errors import EmbeddedError
from yardstick.embedded.lock import exclusive
from yardstick.embedded.owner import Owner
from yardstick.embedded.supervisor import Service, Supervisor

# Only what this project itself puts there is ever deleted, whatever folder YARDSTICK_STATE names.
_OURS = ("pg18", "pg18-new", "pg-programs", "valkey", "log", "files", "secret_key", "llm_port", "demo.txt", "beat")


@dataclass(frozen=True)
class DemoOptions:
    host: str = "127.0.0.1"
    port: int = 8000
    reset: bool = False
    yes: bool = False
    files: Sequence[str] = ()
    origin: str = "unknown"

    @property
    def base_url(self) -> str:
        return f"http://{_bracketed(_reachable(self.host))}:{self.port}"


class StopRequested(Exception):
    pass


def run(options: DemoOptions) -> int:
    began = time.monotonic()
    state = paths.state_folder()
    with exclusive(state), _stopping_on_signals():
        try:
            if options.reset and not _reset(state, options):
                return 1
            return _supervise(options, began)
        except StopRequested:
            return 0


def _supervise(options: DemoOptions, began: float) -> int:
    paths.make_folders()
    _end_leftovers()
    _check_port(options)
    _export(options)
    supervisor = Supervisor(marker=paths.state_folder())
    try:
        _start_services(supervisor)
        # One process for both: loading the application twice would take a fifth of a warm start.
        _manage("seed_demo", "--migrate", *_own_files(options))
        web = _start_application(supervisor, options)
        wait_until(lambda: _answers(options), web.child, *(service.child for service in supervisor.services))
        _announce(options, time.monotonic() - began)
        supervisor.watch()
    except StopRequested:
        _say("Stopping.")
    finally:
        with _signals_ignored():
            supervisor.stop()
            paths.remove_sockets()
    _say("Stopped. The data stays; start again with script/demo.")
    return 0


def _start_services(supervisor: Supervisor) -> None:
    own_database = not os.environ.get("DATABASE_URL")
    waits: list[Callable[[], None]] = []
    if not os.environ.get("YARDSTICK_LLM_BASE_URL"):
        _say("Starting the local model.")
        model = supervisor.adopt(Service("llm", llm.start))
        waits.append(lambda: llm.wait(model.child))
    if not os.environ.get("REDIS_URL"):
        _say("Starting Valkey.")
        broker = supervisor.start(valkey.command(durable=True))
        waits.append(lambda: wait_until(valkey.is_ready, broker.child))
    if own_database:
        _say("Starting PostgreSQL.")
        database = supervisor.adopt(
            Service("postgres", _start_database, lambda: postgres.held_up(paths.postgres_data()))
        )
        waits.insert(0, lambda: postgres.wait(database.child))
    for wait in waits:
        wait()
    if own_database:
        postgres.ensure_database()


def _start_database() -> Child:
    return launch(postgres.prepare(durable=True), marker=paths.state_folder())


def _start_application(supervisor: Supervisor, options: DemoOptions) -> Service:
    _say("Starting the web server, two workers and the scheduler.")
    web = supervisor.start(processes.web(options.host, options.port))
    for command in (processes.worker_llm(), processes.worker_default(), processes.beat()):
        supervisor.start(command)
    return web


def _own_files(options: DemoOptions) -> Sequence[str]:
    return ["--from", *options.files, "--origin", options.origin] if options.files else []


def _manage(*arguments: str) -> None:
    """Run a management command in the foreground, tied to our life like every other child."""
    process = subprocess.Popen(
        [sys.executable, "-m", "django", *arguments],
        preexec_fn=before_exec(Owner(), signal.SIGTERM),
        start_new_session=True,
    )
    try:
        code = process.wait()
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()
    if code:
        raise EmbeddedError(f"manage.py {arguments[0]} failed with status {code}; its message is above.")


def _export(options: DemoOptions) -> None:
    """What every child sees. Services of our own are not named here: the settings derive them from the state folder."""
    os.environ["YARDSTICK_STATE"] = str(paths.state_folder())
    os.environ["DJANGO_SETTINGS_MODULE"] = "yardstick.settings"
    os.environ.setdefault("YARDSTICK_SECRET_KEY", paths.secret_key())
    os.environ.setdefault("YARDSTICK_BASE_URL", options.base_url)
    os.environ.setdefault("YARDSTICK_ALLOWED_HOSTS", ",".join(_own_names(options.host)))
    os.environ["PYTHONUNBUFFERED"] = "1"
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(paths.PROJECT), os.environ.get("PYTHONPATH")]))


def _announce(options: DemoOptions, seconds: float) -> None:
    print(flush=True)
    if paths.demo_summary().exists():
        print(paths.demo_summary().read_text("utf-8").rstrip())
    print(f"\nYardstick runs at {options.base_url} (ready after {seconds:.1f} s).")
    print(f"Data and logs: {paths.state_folder()}\nCtrl-C stops everything and keeps the data.", flush=True)


def _answers(options: DemoOptions) -> bool:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(options.host, options.host)  # noqa: S104 - read, not bound
    connection = http.client.HTTPConnection(host, options.port, timeout=5)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _check_port(options: DemoOptions) -> None:
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    with socket.socket(family) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((options.host, options.port))
            listener.listen(1)
        except OSError as error:
            raise EmbeddedError(
                f"Cannot listen on {options.host}:{options.port} ({error.strerror}). Choose another with --port or --host."
            ) from error


def _reset(state: Path, options: DemoOptions) -> bool:
    found = [state / name for name in _OURS if (state / name).exists()]
    if found and not options.yes:
        if not sys.stdin.isatty():
            raise EmbeddedError("--reset asks before it deletes; without a terminal say --reset --yes.")
        answer = input(f"Delete the demo's database, uploads and logs in {state}? [y/N] ")
        if answer.strip().lower() not in {"y", "yes"}:
            _say("Nothing was deleted.")
            return False
    _end_leftovers()
    for path in found:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    return True


def _end_leftovers() -> None:
    """First the database, by its own tool, which shuts it down cleanly; the others lose nothing by a signal."""
    postgres.stop_orphan()
    leftovers.end(paths.state_folder())


def _own_names(host: str) -> list[str]:
    names = ["localhost", "127.0.0.1", "[::1]", socket.gethostname(), _bracketed(_reachable(host))]
    return list(dict.fromkeys(name for name in names if name))


def _reachable(host: str) -> str:
    """The address others use when we listen on all of them."""
    if host not in {"0.0.0.0", "::"}:  # noqa: S104 - compared, not bound
        return host
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # Connecting a datagram socket sends nothing; it only picks the route (a documentation address).
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        address: str = probe.getsockname()[0]
    return address


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


@contextlib.contextmanager
def _stopping_on_signals() -> Iterator[None]:
    def request(number: int, frame: FrameType | None) -> None:
        raise StopRequested

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, request) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def _signals_ignored() -> Iterator[None]:
    """A second Ctrl-C must not break off the stopping, which is bounded anyway."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    yield


def _say(line: str) -> None:
    print(line, flush=True)
