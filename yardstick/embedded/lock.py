"""One supervisor per state folder."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from yardstick.embedded.errors import AlreadyRunningError


@contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Hold the folder's lock. The kernel lets go of it with the process, however that ends."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / ".lock").open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise AlreadyRunningError(
                f"Yardstick is already running on {folder} (process {file.read().strip() or 'unknown'})."
            ) from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
