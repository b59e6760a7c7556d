"""Uploading an exported dataset, which becomes a new study, and following it."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.signed_in import user_of
from reports.imports.forms import DatasetForm
from reports.imports.reads import imports_of
from reports.imports.tasks import announce_import
from reports.imports.uploads import receive_dataset
from reports.models import DatasetImport

ON_THE_PAGE = 10


@login_required
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    user = _creator(request)
    is_sent = request.method == "POST"
    form = DatasetForm(request.POST, request.FILES) if is_sent else DatasetForm()
    if is_sent and form.is_valid():
        file = form.cleaned_data["file"]
        made = receive_dataset(
            file=file, filename=file.name, title=form.cleaned_data["title"], user=user, now=timezone.now()
        )
        announce_import(made.pk)
        return redirect("datasets:dataset", import_id=made.pk)
    context = {
        "form": form,
        "limit": settings.UPLOAD_MAX_BYTES,
        "uploads": imports_of(user)[:ON_THE_PAGE],
    }
    return render(request, "reports/datasets/upload.html", context, status=422 if is_sent else 200)


@login_required
@require_safe
def dataset(request: HttpRequest, import_id: int) -> HttpResponse:
    return render(request, "reports/datasets/dataset.html", _context(_upload(request, import_id)))


@login_required
@require_safe
def progress(request: HttpRequest, import_id: int) -> HttpResponse:
    """Polled while it is imported; at the end the page is loaded again, with the study or the problems."""
    found = _upload(request, import_id)
    answer = render(request, "reports/datasets/progress.html", _context(found))
    if not found.is_moving:
        answer["HX-Redirect"] = reverse("datasets:dataset", args=[import_id])
    return answer


def _creator(request: HttpRequest) -> User:
    user = user_of(request)
    if not user.is_staff:
        raise PermissionDenied("Your account may not create studies. Ask whoever runs this installation.")
    return user


def _upload(request: HttpRequest, import_id: int) -> DatasetImport:
    return get_object_or_404(imports_of(_creator(request)), pk=import_id)


def _context(upload: DatasetImport) -> dict[str, object]:
    rows = list(upload.rows.items())  # a table is called "items": no template can ask for those of the dictionary
    return {"upload": upload, "rows": rows}
