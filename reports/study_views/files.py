"""The report as files: one HTML page, a PDF, a chart, its data."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from accounts.requests import user_of
from accounts.services import record
from judgments.study_views.sheets import csv_response
from reports.charts.chart import WIDE
from reports.charts.standing import standalone
from reports.exporting.writers import cell
from reports.publishing.html import self_contained
from reports.publishing.pdf import as_pdf
from reports.study_views.asked import Asked, asked_for_file


@login_required
@require_safe
def html(request: HttpRequest, slug: str) -> HttpResponse:
    found, report, document = asked_for_file(request, slug)
    content = self_contained(
        study=found.study, report=report, document=document, texts=found.texts, part_name=found.part_name
    )
    return _download(request, found, content, "html", "text/html; charset=utf-8")


@login_required
@require_safe
def pdf(request: HttpRequest, slug: str) -> HttpResponse:
    found, report, document = asked_for_file(request, slug)
    content = as_pdf(study=found.study, report=report, document=document, texts=found.texts, part_name=found.part_name)
    return _download(request, found, content, "pdf", "application/pdf")


@login_required
@require_safe
def chart_svg(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    found, report, _document = asked_for_file(request, slug)
    if key not in report.drawings:
        raise Http404("The report has no such chart.")
    return _attachment(standalone(report.drawings[key][WIDE]), f"{found.study.slug}-{key}.svg", "image/svg+xml")


@login_required
@require_safe
def chart_csv(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    found, _report, document = asked_for_file(request, slug)
    chart = document.charts.get(key)
    if chart is None:
        raise Http404("The report has no such chart.")
    rows = [[cell(value) for value in row] for row in [chart.columns, *chart.rows]]
    return csv_response(rows, filename=f"{found.study.slug}-{key}.csv")


def _download(request: HttpRequest, found: Asked, content: str | bytes, kind: str, content_type: str) -> HttpResponse:
    name = f"{found.study.slug}-report.{kind}"
    record(actor=user_of(request), action="export.report", study_id=found.study.pk, target=name)
    return _attachment(content, name, content_type)


def _attachment(content: str | bytes, name: str, content_type: str) -> HttpResponse:
    """Never shown from our own origin: it holds texts of strangers."""
    return HttpResponse(
        content,
        content_type=content_type,
        headers={
            "Content-Disposition": str(content_disposition_header(as_attachment=True, filename=name)),
            "Cache-Control": "private, no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )
