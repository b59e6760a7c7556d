"""Work of ``reports`` that happens behind the page. The state is in PostgreSQL; the broker only wakes workers."""

import logging

from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from reports import queries, requesting, services
from reports.importing import uploads

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


@shared_task(name="reports.compute_report")
def compute_report(report_id: int) -> None:
    from reports import computing  # noqa: PLC0415 - large: whoever only announces a report does without it

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


@shared_task(name="reports.import_dataset")
def import_dataset(import_id: int) -> None:
    uploads.import_upload(import_id=import_id, now=timezone.now())


@shared_task(name="reports.sweep_imports")
def sweep_imports() -> None:
    """Wake workers for datasets whose announcement was lost or whose worker died."""
    for upload in queries.waiting_imports(timezone.now()).only("id"):
        announce_import(upload.pk)


def announce_import(import_id: int) -> None:
    try:
        import_dataset.delay(import_id)
    except OperationalError:
        logger.warning("The broker is away; dataset %d waits for the sweeper.", import_id)
