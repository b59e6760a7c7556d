"""Exports are made behind the page. The state is in PostgreSQL; the broker only wakes workers."""

from celery import shared_task
from django.utils import timezone

from accounts import jobs
from reports.exports.reads import EXPORTS


@shared_task(name="reports.make_export")
def make_export(export_id: int) -> None:
    from reports.exports import making

    making.make_export(export_id=export_id, now=timezone.now())


@shared_task(name="reports.sweep_exports")
def sweep_exports() -> None:
    """Wake workers for exports whose announcement was lost or whose worker died."""
    jobs.sweep(EXPORTS, make_export, now=timezone.now())


def announce_export(export_id: int) -> None:
    jobs.announce(make_export, export_id)
