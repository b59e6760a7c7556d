"""Exports of a study."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.refusals import told_on
from accounts.signed_in import user_of
from conversations.models import Study
from conversations.permissions import READ, get_study
from judgments.disclosure import sight_of
from reports.enums import ExportState
from reports.exports import reads, requesting
from reports.exports.downloads import attachment
from reports.exports.forms import ExportForm
from reports.exports.tasks import announce_export
from reports.models import Export

ON_THE_CARD = 3
ON_THE_PAGE = 50


@login_required
@require_safe
def card(request: HttpRequest, slug: str) -> HttpResponse:
    study = get_study(request.user, slug, *READ)
    return render(request, "reports/card.html", _context(request, study, ON_THE_CARD))


@login_required
@require_http_methods(["GET", "POST"])
@told_on("reports:export-list", "slug")
def export_list(request: HttpRequest, slug: str) -> HttpResponse:
    study = get_study(request.user, slug, *READ)
    form = ExportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        _request_export(request, study, form)
        return redirect("reports:export-list", slug=slug)
    return render(request, "reports/export_list.html", {**_context(request, study, ON_THE_PAGE), "form": form})


@login_required
@require_safe
def table(request: HttpRequest, slug: str) -> HttpResponse:
    """The rows of the list, polled while something is being written."""
    study = get_study(request.user, slug, *READ)
    return render(request, "reports/export_table.html", _context(request, study, ON_THE_PAGE))


@login_required
@require_safe
def download(request: HttpRequest, slug: str, export_id: int) -> HttpResponseBase:
    study = get_study(request.user, slug, *READ)
    export = get_object_or_404(reads.exports_of(study), pk=export_id, state=ExportState.DONE)
    if not reads.may_download(export, user_of(request)):
        raise PermissionDenied("This export holds labels of a stage that is still open.")
    requesting.note_download(export=export, actor=user_of(request), now=timezone.now())
    return attachment(export, request)


def _request_export(request: HttpRequest, study: Study, form: ExportForm) -> None:
    export = requesting.request_export(
        study=study,
        kind=form.cleaned_data["kind"],
        file_format=form.cleaned_data["format"],
        requested_by=user_of(request),
        now=timezone.now(),
    )
    announce_export(export.pk)
    messages.success(request, "The export is being written. You can leave this page.")


def _context(request: HttpRequest, study: Study, limit: int) -> dict[str, object]:
    sight = sight_of(study=study, user=user_of(request))
    exports = list(reads.exports_of(study)[:limit])
    return {
        "study": study,
        "rows": [(export, not sight.waits and not sight.withheld & set(export.stages)) for export in exports],
        "withheld": sorted(sight.withheld),
        "must_wait": sight.waits,
        "is_moving": any(_is_moving(export) for export in exports),
    }


def _is_moving(export: Export) -> bool:
    return export.state in {ExportState.PENDING, ExportState.RUNNING}
