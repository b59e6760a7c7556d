"""Following a run from a terminal."""

import time
from collections.abc import Callable

from django.db import connection
from django.utils import timezone

from generation.enums import RunState
from generation.models import Run
from generation.queries.progress import progress_of, reasons_of, silence

_PERIOD = 2.0
type Write = Callable[[str], object]


def follow(run: Run, write: Write) -> Run:
    """Write the progress until the run has ended or paused. The work itself is done by the workers."""
    said = ""
    while True:
        line = how_far(run)
        if line != said:
            said = line
            write(said)
        if run.state not in {RunState.PENDING, RunState.RUNNING}:
            break
        connection.close()
        time.sleep(_PERIOD)
    _say_reasons(run, write)
    return run


def say_how_far(run: Run, write: Write) -> None:
    """Write the run's state and progress as they are now."""
    line = how_far(run)
    write(f"{run} is {run.get_state_display().lower()}: {line}")
    if run.stop_reason:
        write(run.stop_reason)
    _say_reasons(run, write)


def how_far(run: Run) -> str:
    """What of the run is done now, and whether nobody is there to go on with it."""
    run.refresh_from_db()
    progress = progress_of(run, now=timezone.now())
    warning = silence(now=timezone.now()) if run.state == RunState.RUNNING else ""
    return f"{progress.text} items, {progress.produced} stored, {progress.failed} failed {warning}".strip()


def _say_reasons(run: Run, write: Write) -> None:
    for reason in reasons_of(run):
        write(f"{reason.items} failed: {reason.label} ({reason.code}: {reason.example})")
