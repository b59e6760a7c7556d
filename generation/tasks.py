"""Celery tasks. Only ids travel through the broker; losing a message loses nothing, the sweep sends it again."""

import logging
import threading
import time

from celery import shared_task
from celery.signals import worker_shutting_down
from django.utils import timezone
from kombu.exceptions import OperationalError

from generation import heartbeat
from generation.models import RunItem
from generation.services import announcing, sweeping
from generation.services.items import ANNOUNCED_FOR
from generation.services.runs import close_finished_run

logger = logging.getLogger(__name__)

SECONDS_IN_A_ROW = 60
_shutting_down = threading.Event()


@shared_task(name="generation.produce_item")
def produce_item(item_id: int) -> None:
    """Produce the item, then the endpoint's next ones: each saves the way through the broker, which costs as much again.

    After a while the next one goes by the broker all the same, so that other endpoints get their turn.
    """
    from generation import item_production

    until = time.monotonic() + SECONDS_IN_A_ROW
    following: int | None = item_id
    while following is not None:
        item = item_production.produce_item(item_id=following, worker=heartbeat.worker_name())
        if item is None:
            return
        goes_on = time.monotonic() < until and not _shutting_down.is_set()
        following = _next_item(item) if goes_on else None
        if not goes_on:
            announce(item.run.endpoint_id)


def _next_item(item: RunItem) -> int | None:
    """One for this thread, the others go to the workers. None where the endpoint has no call free or nothing waits."""
    item_ids = announcing.announce_items(endpoint_id=item.run.endpoint_id, now=timezone.now())
    if not item_ids:
        close_finished_run(run_id=item.run_id, now=timezone.now())
        return None
    _send(item_ids[1:])
    return item_ids[0]


@worker_shutting_down.connect
def _finish_what_is_begun(**_signal: object) -> None:
    _shutting_down.set()


@shared_task(name="generation.sweep_runs")
def sweep_runs() -> None:
    sweeping.sweep(now=timezone.now())
    for endpoint_id in announcing.active_endpoints():
        announce(endpoint_id)


def announce(endpoint_id: int) -> int:
    """Send the endpoint's next items to the workers. Returns how many."""
    return _send(announcing.announce_items(endpoint_id=endpoint_id, now=timezone.now()))


def _send(item_ids: list[int]) -> int:
    for position, item_id in enumerate(item_ids):
        try:
            produce_item.apply_async((item_id,), expires=ANNOUNCED_FOR.total_seconds())
        except OperationalError:
            logger.warning("The broker is away; the sweep announces these items again.")
            announcing.withdraw_announcement(item_ids=item_ids[position:])
            return position
    return len(item_ids)
