"""Imports happen behind the page. The state is in PostgreSQL; the broker only wakes workers."""

from celery import shared_task
from django.utils import timezone

from accounts import jobs
from conversations.queries.batches import BATCHES, waiting_batches
from conversations.services import importing


@shared_task(name="conversations.import_batch")
def import_batch(batch_id: int) -> None:
    batch = importing.import_batch(batch_id=batch_id, now=timezone.now())
    if batch is not None:
        for pk in waiting_batches(timezone.now()).values_list("pk", flat=True):
            announce(pk)  # the next one of the study has waited for this


@shared_task(name="conversations.sweep_batches")
def sweep_batches() -> None:
    jobs.sweep(BATCHES, import_batch, now=timezone.now())


def announce(batch_id: int) -> None:
    jobs.announce(import_batch, batch_id)
