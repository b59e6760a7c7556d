"""Reports are computed behind the page. The state is in PostgreSQL; the broker only wakes workers."""

import logging

from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from reports.report import requesting

logger = logging.getLogger(__name__)


@shared_task(name="reports.compute_report")
def compute_report(report_id: int) -> None:
    from reports.report import computing  # noqa: PLC0415 - large: whoever only announces a report does without it

    computing.compute_report(report_id=report_id, now=timezone.now())


@shared_task(name="reports.sweep_reports")
def sweep_reports() -> None:
    now = timezone.now()
    requesting.abandon_hopeless(now=now)
    for report in requesting.waiting_reports(now).only("id"):
        announce_report(report.pk)


def announce_report(report_id: int) -> None:
    try:
        compute_report.delay(report_id)
    except OperationalError:
        logger.warning("The broker is away; report %d waits for the sweeper.", report_id)
