"""Reports are computed by workers and kept; a page shows the newest there is.

What this imports (SciPy, the chart engine) is large: web processes do without it.
"""

from datetime import datetime
from typing import Any

from django.db import DatabaseError
from django.utils import timezone

from accounts import jobs
from reports.dataset.reads import dataset_of
from reports.enums import ReportState
from reports.models import Report
from reports.report.figures.report import report_figures
from reports.report.fingerprint import fingerprint
from reports.report.parting import only, parts_of
from reports.report.parts import Part
from reports.report.presenting.drawing import drawings
from reports.report.requesting import REPORTS


def compute_report(*, report_id: int, now: datetime) -> Report | None:
    """The figures of a report that waits. None if another worker is at it, or it is done."""
    report = jobs.claim(REPORTS, report_id, now=now)
    if report is None:
        return None
    try:
        _compute(report)
    except jobs.Superseded:
        return None
    return report


def _compute(report: Report) -> None:
    seen = fingerprint(report.study)
    try:
        with jobs.beating(REPORTS, report):  # one figure of a large study may take minutes
            content = _content_of(report)
    except (DatabaseError, ArithmeticError, LookupError, ValueError) as error:
        failure = f"{type(error).__name__}: {error}"[:2000]
        jobs.write(REPORTS, report, state=ReportState.FAILED, failure=failure, fingerprint=seen)
        raise
    now = timezone.now()
    jobs.write(REPORTS, report, **content, fingerprint=seen, state=ReportState.DONE, failure="", computed_at=now)


def _content_of(report: Report) -> dict[str, Any]:
    dataset = dataset_of(report.study, report.withheld)
    part = Part(report.part_column, report.part_value)
    figures = {**report_figures(only(part, dataset)), "scope": part.as_json()}
    return {"parts": parts_of(dataset), "figures": figures, "drawings": dict(drawings(figures))}
