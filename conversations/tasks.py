"""Imports happen behind the page. The state is in PostgreSQL; the broker only wakes workers."""

import logging
from typing import Any

from celery import Task, shared_task
from django.db import InterfaceError, OperationalError
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerAway

from conversations.queries.batches import waiting_batches
from conversations.services import importing

logger = logging.getLogger(__name__)


class _ImportTask(Task):
    """An error in our own code fails the batch instead of being tried for ever; a database that is away comes back."""

    def on_failure(self, exc: Exception, task_id: str, args: Any, kwargs: Any, einfo: Any) -> None:
        if not isinstance(exc, OperationalError | InterfaceError):
            failure = (
                f"An error of this program ended the import ({type(exc).__name__}). What was read before it is kept."
            )
            importing.fail(batch_id=args[0], failure=failure, now=timezone.now())


@shared_task(name="conversations.import_batch", base=_ImportTask)
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
