"""Following a run from a terminal."""

import time
from collections.abc import Callable

from django.db import connection
from django.utils import timezone

from generation.enums import RunState
from generation.models import Run
from generation.queries.progress import progress_of, reasons_of, silence

_PERIOD = 2.0


def follow(run: Run, write: Callable[[str], object]) -> Run:
    """Write the progress until the run has ended or paused. The work itself is done by the workers."""
    said = ""
    while True:
        run.refresh_from_db()
        progress = progress_of(run, now=timezone.now())
        line = f"{progress.text} items, {progress.produced} stored, {progress.failed} failed"
        warning = silence(now=timezone.now()) if run.state == RunState.RUNNING else ""
        if f"{line} {warning}" != said:
            said = f"{line} {warning}"
            write(said.strip())
        if run.state not in {RunState.PENDING, RunState.RUNNING}:
            break
        connection.close()
        time.sleep(_PERIOD)
    for reason in reasons_of(run):
        write(f"{reason.items} failed: {reason.label} ({reason.example})")
    return run
