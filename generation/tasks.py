"""Celery tasks. Only ids travel through the broker; losing a message loses nothing, the sweep sends it again."""

import logging

from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from generation import heartbeat
from generation.services import announcing, producing, sweeping
from generation.services.items import ANNOUNCED_FOR
from generation.services.runs import close_finished_run

logger = logging.getLogger(__name__)


@shared_task(name="generation.produce_item")
def produce_item(item_id: int) -> None:
    item = producing.produce_item(item_id=item_id, worker=heartbeat.worker_name())
    if item is None:
        return
    if not announce(item.run.endpoint_id):
        close_finished_run(run_id=item.run_id, now=timezone.now())


@shared_task(name="generation.sweep_runs")
def sweep_runs() -> None:
    sweeping.sweep(now=timezone.now())
    for endpoint_id in announcing.active_endpoints():
        announce(endpoint_id)


def announce(endpoint_id: int) -> int:
    """Send the endpoint's next items to the workers. Returns how many."""
    item_ids = announcing.announce_items(endpoint_id=endpoint_id, now=timezone.now())
    for position, item_id in enumerate(item_ids):
        try:
            produce_item.apply_async((item_id,), expires=ANNOUNCED_FOR.total_seconds())
        except OperationalError:
            logger.warning("The broker is away; the sweep announces these items again.")
            announcing.withdraw_announcement(item_ids=item_ids[position:])
            return position
    return len(item_ids)
