"""The report as files: one HTML page, a PDF, a chart, its data."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from accounts.services import record
from accounts.signed_in import user_of
from conversations.spreadsheets import csv_response
from reports.dataset.cells import cell
from reports.report.charts.chart import WIDE
from reports.report.charts.standing import standalone
from reports.report.publishing.html import self_contained
from reports.report.publishing.pdf import as_pdf
from reports.report.views.report_request import ReportRequest, file_request


@login_required
@require_safe
def html(request: HttpRequest, slug: str) -> HttpResponse:
    found, report, document = file_request(request, slug)
    content = self_contained(
        study=found.study, report=report, document=document, texts=found.texts, part_name=found.part_name
    )
    return _download(request, found, content, "html", "text/html; charset=utf-8")


@login_required
@require_safe
def pdf(request: HttpRequest, slug: str) -> HttpResponse:
    found, report, document = file_request(request, slug)
    content = as_pdf(study=found.study, report=report, document=document, texts=found.texts, part_name=found.part_name)
    return _download(request, found, content, "pdf", "application/pdf")


@login_required
@require_safe
def chart_svg(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    found, report, _document = file_request(request, slug)
    if key not in report.drawings:
        raise Http404("The report has no such chart.")
    return _attachment(standalone(report.drawings[key][WIDE]), f"{found.study.slug}-{key}.svg", "image/svg+xml")


@login_required
@require_safe
def chart_csv(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    found, _report, document = file_request(request, slug)
    chart = document.charts.get(key)
    if chart is None:
        raise Http404("The report has no such chart.")
    rows = [[cell(value) for value in row] for row in [chart.columns, *chart.rows]]
    return csv_response(rows, filename=f"{found.study.slug}-{key}.csv")


def _download(
    request: HttpRequest, found: ReportRequest, content: str | bytes, kind: str, content_type: str
) -> HttpResponse:
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
