"""Exports are made behind the page. The state is in PostgreSQL; the broker only wakes workers."""

import logging

from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from reports.exports import making, reads

logger = logging.getLogger(__name__)


@shared_task(name="reports.make_export")
def make_export(export_id: int) -> None:
    making.make_export(export_id=export_id, now=timezone.now())


@shared_task(name="reports.sweep_exports")
def sweep_exports() -> None:
    """Wake workers for exports whose announcement was lost or whose worker died."""
    now = timezone.now()
    making.abandon_hopeless(now=now)
    for export in reads.unfinished_exports(now).only("id"):
        announce_export(export.pk)


def announce_export(export_id: int) -> None:
    """Tell the workers. Where the broker is away, the sweeper tells them later."""
    try:
        make_export.delay(export_id)
    except OperationalError:
        logger.warning("The broker is away; export %d waits for the sweeper.", export_id)
