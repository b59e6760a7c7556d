"""One HTML file: styles and charts inside, no script, nothing fetched."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from conversations.models import Study
from reports.models import Report
from reports.report.presenting.document import Document
from reports.report.units import UnitText

COMPONENTS = ("buttons", "cards", "tables", "messages", "progress", "menus")  # of css/components, those a report shows
STYLES = ("tokens", "base", "layout", *(f"components/{name}" for name in COMPONENTS), "report", "print")


def self_contained(
    *, study: Study, report: Report, document: Document, texts: Mapping[int, UnitText], part_name: str
) -> str:
    context = {
        "study": study,
        "report": report,
        "document": document,
        "drawings": report.drawings,
        "texts": texts,
        "part_name": part_name,
        "styles": _styles(),
        "is_file": True,
    }
    return render_to_string("reports/report/file.html", context)


@cache
def _styles() -> SafeString:
    """Raises LookupError where a stylesheet of ours is missing."""
    found = []
    for name in STYLES:
        path = finders.find(f"css/{name}.css")
        if path is None:
            raise LookupError(f"There is no css/{name}.css.")
        found.append(Path(path).read_text("utf-8"))
    return mark_safe("\n".join(found))  # noqa: S308 - our own files
