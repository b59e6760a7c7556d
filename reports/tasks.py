"""Work of ``reports`` that happens behind the page. The state is in PostgreSQL; the broker only wakes workers."""

import logging

from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from reports import queries, services

logger = logging.getLogger(__name__)


@shared_task(name="reports.make_export")
def make_export(export_id: int) -> None:
    services.make_export(export_id=export_id, now=timezone.now())


@shared_task(name="reports.sweep_exports")
def sweep_exports() -> None:
    """Wake workers for exports whose announcement was lost or whose worker died."""
    now = timezone.now()
    services.abandon_hopeless(now=now)
    for export in queries.unfinished_exports(now).only("id"):
        announce(export.pk)


def announce(export_id: int) -> None:
    """Tell the workers. Where the broker is away, the sweeper tells them later."""
    try:
        make_export.delay(export_id)
    except OperationalError:
        logger.warning("The broker is away; export %d waits for the sweeper.", export_id)
