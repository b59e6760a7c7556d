"""All Celery tasks of the app, where Celery looks for them."""

from reports.exports.tasks import make_export, sweep_exports
from reports.imports.tasks import import_dataset, sweep_imports
from reports.report.tasks import compute_report, sweep_reports

__all__ = ["compute_report", "import_dataset", "make_export", "sweep_exports", "sweep_imports", "sweep_reports"]
