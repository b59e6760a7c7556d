"""The file of an export as a response."""

from django.http import FileResponse

from reports.enums import ExportFormat
from reports.models import Export

CONTENT_TYPES = {ExportFormat.JSONL: "application/x-ndjson", ExportFormat.CSV: "text/csv; charset=utf-8"}


def attachment(export: Export) -> FileResponse:
    """Always a download, never shown in the browser: the rows hold texts of strangers."""
    response = FileResponse(
        export.file.open("rb"),
        as_attachment=True,
        filename=export.filename,
        content_type=CONTENT_TYPES[ExportFormat(export.format)],
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
