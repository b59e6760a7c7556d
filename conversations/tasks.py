"""Imports happen behind the page. The state is in PostgreSQL; the broker only wakes workers."""

from celery import shared_task
from django.utils import timezone

from accounts import jobs
from conversations.queries.batches import BATCHES, waiting_batches
from conversations.queries.evidence_searches import SEARCHES
from conversations.services import staging


@shared_task(name="conversations.import_batch")
def import_batch(batch_id: int) -> None:
    from conversations.services import importing

    batch = importing.import_batch(batch_id=batch_id, now=timezone.now())
    if batch is not None:
        for pk in waiting_batches(timezone.now()).values_list("pk", flat=True):
            announce(pk)  # the next one of the study has waited for this
        for pk in SEARCHES.jobs.filter(batch=batch).values_list("pk", flat=True):
            jobs.announce(search_evidence, pk)


@shared_task(name="conversations.sweep_batches")
def sweep_batches() -> None:
    jobs.sweep(BATCHES, import_batch, now=timezone.now())


@shared_task(name="conversations.search_evidence")
def search_evidence(search_id: int) -> None:
    from conversations.services import searching_evidence

    searching_evidence.search_evidence(search_id=search_id, now=timezone.now())


@shared_task(name="conversations.sweep_evidence_searches")
def sweep_evidence_searches() -> None:
    jobs.sweep(SEARCHES, search_evidence, now=timezone.now())


@shared_task(name="conversations.sweep_staged_uploads")
def sweep_staged_uploads() -> None:
    staging.sweep(timezone.now())


def announce(batch_id: int) -> None:
    jobs.announce(import_batch, batch_id)
