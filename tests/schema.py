"""The schema of the tests' databases: migrated once for each set of migrations, and then loaded from a file.

Migrating takes five seconds of processor, and each process that runs tests has a database of its own.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from yardstick.embedded import paths, postgres
from yardstick.embedded.owner import Owner

KEPT = paths.PROJECT / ".tools" / "test-schema"
TEMPLATE = "test_template"


def template() -> str | None:
    """The name of a database with the schema, to be copied. Only the embedded server gets one: another is not ours to fill."""
    if os.environ.get("DATABASE_URL") != paths.database_url():
        return None
    with psycopg.connect(paths.database_url("postgres"), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {TEMPLATE}")
        connection.execute(f"CREATE DATABASE {TEMPLATE}")
    with _alone():
        file = KEPT / f"{_digest()}.sql"
        if file.exists():
            _run(_program("psql"), "--quiet", "--set=ON_ERROR_STOP=1", f"--file={file}", paths.database_url(TEMPLATE))
        else:
            _migrate(file)
    return TEMPLATE


def _migrate(file: Path) -> None:
    _run(sys.executable, "manage.py", "migrate", "--verbosity=0", DATABASE_URL=paths.database_url(TEMPLATE))
    draft = file.with_suffix(".draft")
    _run(_program("pg_dump"), "--no-owner", f"--file={draft}", paths.database_url(TEMPLATE))
    for old in KEPT.glob("*.sql"):
        old.unlink()
    draft.rename(file)


@contextmanager
def _alone() -> Iterator[None]:
    """Of several processes that begin together one migrates, and the others load what it wrote."""
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _digest() -> str:
    """Of all that a schema comes from: our migrations, and those of the libraries that the lock names."""
    sources = [paths.PROJECT / "requirements-dev.lock", *sorted(paths.PROJECT.glob("*/migrations/*.py"))]
    return hashlib.sha256(b"\0".join(source.name.encode() + source.read_bytes() for source in sources)).hexdigest()[:20]


def _program(name: str) -> str:
    return str(postgres._programs(Owner()) / name)


def _run(*command: str, **environment: str) -> None:
    subprocess.run(command, cwd=paths.PROJECT, env={**os.environ, **environment}, check=True)
