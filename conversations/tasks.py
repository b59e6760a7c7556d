"""Imports happen behind the page. The state is in PostgreSQL; the broker only wakes workers."""

import logging

from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerAway

from conversations.queries.batches import waiting_batches
from conversations.services import importing

logger = logging.getLogger(__name__)


@shared_task(name="conversations.import_batch")
def import_batch(batch_id: int) -> None:
    batch = importing.import_batch(batch_id=batch_id, now=timezone.now())
    if batch is not None:
        announce_waiting()  # the next one of the study has waited for this


@shared_task(name="conversations.sweep_batches")
def sweep_batches() -> None:
    """Wake workers for batches whose announcement was lost or whose worker died."""
    announce_waiting()


def announce_waiting() -> None:
    waiting = waiting_batches(timezone.now(), dead_after=importing.DEAD_AFTER)
    for pk in waiting.values_list("pk", flat=True):
        announce(pk)


def announce(batch_id: int) -> None:
    """Tell the workers. Where the broker is away, the sweeper tells them later."""
    try:
        import_batch.delay(batch_id)
    except BrokerAway:
        logger.warning("The broker is away; batch %d waits for the sweeper.", batch_id)
