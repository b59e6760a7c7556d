"""Datasets are imported behind the page. The state is in PostgreSQL; the broker only wakes workers."""

import logging

from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from reports.imports import uploads
from reports.imports.reads import waiting_imports

logger = logging.getLogger(__name__)


@shared_task(name="reports.import_dataset")
def import_dataset(import_id: int) -> None:
    uploads.import_upload(import_id=import_id, now=timezone.now())


@shared_task(name="reports.sweep_imports")
def sweep_imports() -> None:
    """Wake workers for datasets whose announcement was lost or whose worker died."""
    for upload in waiting_imports(timezone.now()).only("id"):
        announce_import(upload.pk)


def announce_import(import_id: int) -> None:
    try:
        import_dataset.delay(import_id)
    except OperationalError:
        logger.warning("The broker is away; dataset %d waits for the sweeper.", import_id)
