"""Reports are computed behind the page. The state is in PostgreSQL; the broker only wakes workers."""

from celery import shared_task
from django.utils import timezone

from accounts import jobs
from reports.report.requesting import REPORTS


@shared_task(name="reports.compute_report")
def compute_report(report_id: int) -> None:
    from reports.report import computing

    computing.compute_report(report_id=report_id, now=timezone.now())


@shared_task(name="reports.sweep_reports")
def sweep_reports() -> None:
    """Wake workers for reports whose announcement was lost or whose worker died."""
    jobs.sweep(REPORTS, compute_report, now=timezone.now())


def announce_report(report_id: int) -> None:
    jobs.announce(compute_report, report_id)
