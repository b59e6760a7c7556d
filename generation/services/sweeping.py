"""What has to happen even if nobody asks for it: signs of life, lost items, finished runs."""

from datetime import datetime, timedelta

from generation.enums import RunState
from generation.models import Run, WorkerBeat
from generation.queries.progress import SCHEDULER
from generation.services.items import DEAD_AFTER, recover_lost_items
from generation.services.runs import close_finished_run

_FORGET_AFTER = timedelta(days=1)


def beat(*, name: str, queues: list[str], now: datetime) -> None:
    """A sign of life."""
    WorkerBeat.objects.update_or_create(name=name, defaults={"queues": queues, "seen_at": now})


def sweep(*, now: datetime) -> int:
    """Recover what dead workers held and close finished runs. Returns how many items were recovered."""
    beat(name=SCHEDULER, queues=[], now=now)
    dead = WorkerBeat.objects.filter(seen_at__lt=now - DEAD_AFTER).exclude(name=SCHEDULER)
    recovered = recover_lost_items(dead_workers=list(dead.values_list("name", flat=True)), now=now)
    for run_id in Run.objects.filter(state=RunState.RUNNING).values_list("pk", flat=True):
        close_finished_run(run_id=run_id, now=now)
    WorkerBeat.objects.filter(seen_at__lt=now - _FORGET_AFTER).delete()
    return recovered
