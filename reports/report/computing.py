"""Reports are computed by workers and kept; a page shows the newest there is.

What this imports (SciPy, the chart engine) is large: web processes do without it.
"""

from datetime import datetime

from django.db import DatabaseError
from django.utils import timezone

from reports.dataset.reads import dataset_of
from reports.enums import ReportState
from reports.models import Report
from reports.report.figures.report import report_figures
from reports.report.fingerprint import fingerprint
from reports.report.parts import Part, parts_of
from reports.report.presenting.drawing import drawings
from reports.report.requesting import claim_report


def compute_report(*, report_id: int, now: datetime) -> Report | None:
    """The figures of a report that waits. None if another worker is at it, or it is done."""
    if not claim_report(report_id=report_id, now=now):
        return None
    report = Report.objects.select_related("study").get(pk=report_id)
    seen = fingerprint(report.study)
    try:
        _fill(report)
    except (DatabaseError, ArithmeticError, LookupError, ValueError) as error:
        Report.objects.filter(pk=report.pk).update(
            state=ReportState.FAILED, failure=f"{type(error).__name__}: {error}"[:2000], fingerprint=seen
        )
        raise
    report.fingerprint, report.state, report.failure = seen, ReportState.DONE, ""
    report.computed_at = timezone.now()
    report.save(update_fields=["figures", "drawings", "parts", "fingerprint", "state", "failure", "computed_at"])
    return report


def _fill(report: Report) -> None:
    dataset = dataset_of(report.study, report.withheld)
    part = Part(report.part_column, report.part_value)
    report.parts = parts_of(dataset)
    report.figures = {**report_figures(part.of(dataset)), "scope": part.as_json()}
    report.drawings = dict(drawings(report.figures))
