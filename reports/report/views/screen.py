"""The report on screen: the newest figures at once, and a line that looks for newer ones."""

from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.signed_in import user_of
from conversations.models import Study
from conversations.permissions import READ, get_study
from judgments.enums import LookWay
from reports.dataset.versions import PROTOCOL_VERSION
from reports.models import Report
from reports.report import requesting
from reports.report.fingerprint import is_current
from reports.report.parts import NAMES, Part
from reports.report.presenting.two_studies import two_studies
from reports.report.reads import other_studies
from reports.report.tasks import announce_report
from reports.report.views.report_request import ReportRequest, report_request

OTHERS = 200  # studies in the list to compare with


@login_required
@require_safe
def report(request: HttpRequest, slug: str) -> HttpResponse:
    found = report_request(request, slug, by=LookWay.REPORT)
    context = {**_state(found, is_checked=False), **_whole(found)}
    if found.report is not None and found.document is not None:
        context |= {"parts": _options(found.report), "part_value": str(found.part), **_beside(request, found)}
    return render(request, "reports/report/page.html", context)


@login_required
@require_safe
def state(request: HttpRequest, slug: str) -> HttpResponse:
    """Polled by the page: is there anything newer, and is somebody at it? The first figures bring a page of their own."""
    found = report_request(request, slug, by=None)
    if found.report is None:
        raise PermissionDenied(found.refusal)
    seen = request.GET.get("seen", "")
    if requesting.renew_report(report=found.report, now=found.now):
        announce_report(found.report.pk)
    if not seen and found.report.computed_at is not None:
        return HttpResponse(headers={"HX-Refresh": "true"})
    context = {**_state(found, is_checked=True), "is_newer": seen != _seen(found.report)}
    return render(request, "reports/report/state.html", {**context, "state_query": _state_query(found.part, seen)})


@login_required
@require_safe
def card(request: HttpRequest, slug: str) -> HttpResponse:
    """On the study's page. It shows what there is and asks for nothing."""
    study = get_study(request.user, slug, *READ)
    context: dict[str, Any] = {"study": study}
    try:
        context["verdict"] = requesting.newest_verdict(study=study, user=user_of(request), now=timezone.now())
    except requesting.ReportWithheld as refusal:
        context["refusal"] = str(refusal)
    return render(request, "reports/report/card.html", context)


def _state(found: ReportRequest, *, is_checked: bool) -> dict[str, Any]:
    return {
        "study": found.study,
        "report": found.report,
        "now": found.now,
        "age_seconds": _age(found),
        "query": found.query,
        "state_query": _state_query(found.part, _seen(found.report)),
        "is_checked": is_checked,
        "is_polling": True,
    }


def _age(found: ReportRequest) -> float:
    computed_at = found.report.computed_at if found.report is not None else None
    return (found.now - computed_at).total_seconds() if computed_at is not None else 0.0


def _whole(found: ReportRequest) -> dict[str, Any]:
    return {
        "refusal": found.refusal,
        "document": found.document,
        "outdated": found.outdated,
        "protocol_version": PROTOCOL_VERSION,
        "drawings": found.report.drawings if found.report else {},
        "texts": found.texts,
        "part_name": found.part_name,
    }


def _seen(report: Report | None) -> str:
    """Which figures a page shows."""
    return report.computed_at.isoformat() if report is not None and report.computed_at else ""


def _state_query(part: Part, seen: str) -> str:
    return f"?{urlencode({'part': str(part), 'seen': seen})}"


def _options(report: Report) -> list[tuple[str, list[tuple[str, str]]]]:
    return [
        (NAMES[column], [(str(Part(each["column"], each["value"])), each["name"]) for each in options])
        for column, options in groupby(report.parts, key=lambda each: each["column"])
    ]


def _beside(request: HttpRequest, found: ReportRequest) -> dict[str, Any]:
    """Another study that the visitor may read, whole."""
    others = other_studies(found.study, user_of(request))[:OTHERS]
    slug = request.GET.get("with", "")
    context: dict[str, Any] = {"studies": others, "with_slug": slug}
    if not slug:
        return context
    other = next((each for each in others if each.slug == slug), None)
    if other is None:
        raise Http404("There is no such study.")
    return {**context, **_other_report(request, found, other)}


def _other_report(request: HttpRequest, found: ReportRequest, other: Study) -> dict[str, Any]:
    try:
        report, is_new = requesting.find_report(
            study=other, user=user_of(request), part=Part(), now=found.now, by=LookWay.REPORT
        )
    except requesting.ReportWithheld as refusal:
        return {"beside_missing": str(refusal)}
    if is_new or requesting.renew_report(report=report, now=found.now):
        announce_report(report.pk)
    if report.figures is None or found.report is None or found.report.figures is None:
        return {"beside_missing": "The other study's report is being computed. Ask again in a moment."}
    if not is_current(report.figures):
        return {
            "beside_missing": "The other study's report is of an earlier version and is computed anew. Ask again in a moment."
        }
    return {"beside": two_studies(found.report.figures, report.figures)}
