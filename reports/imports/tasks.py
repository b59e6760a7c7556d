"""Datasets are imported behind the page. The state is in PostgreSQL; the broker only wakes workers."""

from celery import shared_task
from django.utils import timezone

from accounts import jobs
from reports.imports import uploads


@shared_task(name="reports.import_dataset")
def import_dataset(import_id: int) -> None:
    uploads.import_upload(import_id=import_id, now=timezone.now())


@shared_task(name="reports.sweep_imports")
def sweep_imports() -> None:
    """Wake workers for datasets whose announcement was lost or whose worker died."""
    jobs.sweep(uploads.IMPORTS, import_dataset, now=timezone.now())


def announce_import(import_id: int) -> None:
    jobs.announce(import_dataset, import_id)
