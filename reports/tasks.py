"""Exports in the background. Only ids travel; a lost call is found again by the sweeper."""

from celery import shared_task
from django.utils import timezone

from reports import services


@shared_task(name="reports.make_export")
def make_export(export_id: int) -> None:
    export = services.claim(export_id=export_id, now=timezone.now())
    if export is not None:
        services.make_export(export)


@shared_task(name="reports.sweep_exports")
def sweep_exports() -> None:
    for export_id in services.unattended(now=timezone.now()):
        make_export.delay(export_id)
