"""Exports, for members of a study."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import user_of
from conversations.permissions import READ, get_study
from reports import queries, services
from reports.announcing import announce
from reports.enums import ExportFormat, ExportState
from reports.models import Export

CONTENT_TYPES = {ExportFormat.JSONL: "application/x-ndjson", ExportFormat.CSV: "text/csv; charset=utf-8"}


@login_required
@require_safe
def card(request: HttpRequest, slug: str) -> HttpResponse:
    study = get_study(request.user, slug, *READ)
    exports = list(queries.exports_of(study)[: queries.LISTED])
    visible = queries.visible_stages(user=user_of(request), study=study)
    context = {
        "study": study,
        "exports": [(export, set(export.stages) <= set(visible)) for export in exports],
        "withheld": [number for number in (1, 2, 3) if number not in visible],
        "can_export": bool(visible),
        "is_moving": any(export.state in {ExportState.PENDING, ExportState.RUNNING} for export in exports),
    }
    return render(request, "reports/card.html", context)


@login_required
@require_POST
def request_export(request: HttpRequest, slug: str) -> HttpResponse:
    study = get_study(request.user, slug, *READ)
    wanted = request.POST.get("format", "")
    if wanted not in ExportFormat.values:
        messages.error(request, "Choose JSONL or CSV.")
        return redirect("conversations:study", slug=slug)
    try:
        export = services.request_export(study=study, format=wanted, actor=user_of(request))
    except services.NothingToSee:
        messages.error(request, "There is nothing you may export while the stages are open.")
    else:
        announce(export)
        messages.success(request, "The export is being written. It appears on the exports card.")
    return redirect("conversations:study", slug=slug)


@login_required
@never_cache
@require_safe
def download(request: HttpRequest, slug: str, export_id: int) -> HttpResponseBase:
    study = get_study(request.user, slug, *READ)
    export = get_object_or_404(Export.objects.select_related("study"), pk=export_id, study=study, state=ExportState.DONE)
    if not set(export.stages) <= set(queries.visible_stages(user=user_of(request), study=study)):
        raise PermissionDenied("A stage in this export is open: only its owner may read it now.")
    return FileResponse(
        export.path.open("rb"),
        as_attachment=True,
        filename=export.filename,
        content_type=CONTENT_TYPES[ExportFormat(export.format)],
    )
