"""Uploading batches, following them, their error reports, and undoing them."""

import csv
from collections.abc import Iterable, Iterator
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.limiting import limited
from accounts.refusals import told_on
from accounts.signed_in import user_of
from conversations import tasks
from conversations.enums import BatchState, Role
from conversations.formats import Format, reader_of, shown_readers
from conversations.forms.batches import PreviewForm, UploadForm
from conversations.models import Batch, BatchProblem, StagedUpload, Study
from conversations.permissions import MANAGE, READ, get_study
from conversations.queries import batches as queries
from conversations.services import batches as services
from conversations.services import staging, versions
from conversations.services.previews import HEAD_BYTES, preview
from conversations.spreadsheets import problem_rows
from conversations.views.staging import staged_of

ON_THE_CARD = 5
PROBLEMS_ON_THE_PAGE = 50


@login_required
@require_safe
def card(request: HttpRequest, slug: str) -> HttpResponse:
    study = get_study(request.user, slug, *READ)
    found = list(queries.batches_of(study)[:ON_THE_CARD])
    context = {
        "study": study,
        "batches": [_shown(batch) for batch in found],
        "is_moving": any(batch.state in queries.UNFINISHED for batch in found),
        "may_manage": _may_manage(request, study),
    }
    return render(request, "conversations/batches/card.html", context)


@login_required
@require_safe
def batch_list(request: HttpRequest, slug: str) -> HttpResponse:
    study = get_study(request.user, slug, *READ)
    before = _number(request.GET.get("before"))
    found = queries.batches_of(study)
    if before:
        found = found.filter(pk__lt=before)
    page = list(found[: PROBLEMS_ON_THE_PAGE + 1])
    older = f"?before={page[PROBLEMS_ON_THE_PAGE - 1].pk}" if len(page) > PROBLEMS_ON_THE_PAGE else ""
    context = {
        "study": study,
        "batches": [_shown(batch) for batch in page[:PROBLEMS_ON_THE_PAGE]],
        "older": older,
        "choices": versions.waiting_versions(study).count() if _may_manage(request, study) else 0,
    }
    return render(request, "conversations/batches/list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
@told_on("conversations:upload", "slug")
def upload(request: HttpRequest, slug: str) -> HttpResponse:
    """Each file is a batch of its own. Without scripts the form is sent as it is; with them the page shows previews and progress."""
    study = get_study(request.user, slug, *MANAGE)
    is_sent = request.method == "POST"
    staged = _staged(request, study)
    files = [staging.whole_file(staged)] if staged else request.FILES.getlist("file")
    sent = [UploadForm(request.POST, MultiValueDict({"file": [file]})) for file in files]
    received = [_receive(request, study, one) for one in sent if one.is_valid()]
    if staged:
        files[0].close()
    if received and staged:
        staging.discard(staged)
    refused = [one for one in sent if not one.is_valid()]
    if received:
        for one in refused:
            messages.error(request, _why_refused(one))
        only = received[0] if len(sent) == 1 else None
        return redirect("conversations:batch", slug, only.pk) if only else redirect("conversations:batches", slug)
    form = refused[0] if refused else UploadForm(request.POST) if is_sent else UploadForm()
    context = {
        "study": study,
        "form": form,
        "limit": settings.UPLOAD_MAX_BYTES,
        "head_bytes": HEAD_BYTES,
        "formats": shown_readers(),
    }
    return render(request, "conversations/batches/upload.html", context, status=422 if is_sent else 200)


def _staged(request: HttpRequest, study: Study) -> StagedUpload | None:
    """The file that came in pieces before, if the form names one."""
    key = request.POST.get("staged")
    if not key:
        return None
    try:
        return staged_of(request, study, UUID(key))
    except ValueError as error:
        raise Http404("No such file is on its way.") from error


def _receive(request: HttpRequest, study: Study, form: UploadForm) -> Batch:
    said = form.cleaned_data
    received = services.receive(
        study=study,
        file=said["file"],
        filename=said["file"].name,
        origin=said["origin"],
        user=user_of(request),
        format=said["found"],
        options=said["options"],
    )
    tasks.announce(received.pk)
    return received


def _why_refused(form: UploadForm) -> str:
    name = getattr(form.files.get("file"), "name", "")
    return f"{name}: {' '.join(str(error) for errors in form.errors.values() for error in errors)}"


@login_required
@require_POST
@limited("previews")
def preview_batch(request: HttpRequest, slug: str) -> HttpResponse:
    """What the beginning of a file would bring, with the settings it is read by. Nothing is stored."""
    study = get_study(request.user, slug, *MANAGE)
    staged = _staged(request, study)
    file = staging.whole_file(staged) if staged else request.FILES.get("file")
    form = PreviewForm(request.POST, MultiValueDict({"file": [file]} if file else {}))
    context: dict[str, object] = {"study": study, "form": form}
    if form.is_valid() and not form.waits:
        said = form.cleaned_data
        seen = preview(
            file=said["file"],
            is_part=said["is_part"],
            format=said["found"],
            options=said["options"],
        )
        context |= {"preview": seen, "description": reader_of(seen.format)}
    if staged and file:
        file.close()
    return render(request, "conversations/batches/preview.html", context)


@login_required
@require_safe
def batch(request: HttpRequest, slug: str, batch_id: int) -> HttpResponse:
    study = get_study(request.user, slug, *READ)
    found = _batch(study, batch_id)
    problems = list(queries.problems_of(found, after=_number(request.GET.get("after")))[: PROBLEMS_ON_THE_PAGE + 1])
    more = problems[PROBLEMS_ON_THE_PAGE - 1].pk if len(problems) > PROBLEMS_ON_THE_PAGE else None
    context = {
        **_progress(request, study, found),
        "problems": problems[:PROBLEMS_ON_THE_PAGE],
        "older": f"?after={more}" if more else "",
    }
    return render(request, "conversations/batches/batch.html", context)


@login_required
@require_safe
def progress(request: HttpRequest, slug: str, batch_id: int) -> HttpResponse:
    """Polled while the batch is imported; when it is done the page is loaded again, with its problems."""
    study = get_study(request.user, slug, *READ)
    found = _batch(study, batch_id)
    answer = render(request, "conversations/batches/progress.html", _progress(request, study, found))
    if found.state not in queries.UNFINISHED:
        answer["HX-Redirect"] = reverse("conversations:batch", args=[slug, batch_id])
    return answer


@login_required
@require_safe
def problems(request: HttpRequest, slug: str, batch_id: int) -> StreamingHttpResponse:
    """The whole error report, a row at a time."""
    study = get_study(request.user, slug, *READ)
    found = _batch(study, batch_id)
    rows = queries.problems_of(found).iterator(chunk_size=1000)
    answer = StreamingHttpResponse(_csv(found.filename, rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="batch-{found.pk}-problems.csv"'
    return answer


@login_required
@require_POST
@told_on("conversations:batch", "slug", "batch_id")
def undo(request: HttpRequest, slug: str, batch_id: int) -> HttpResponse:
    study = get_study(request.user, slug, *MANAGE)
    found = _batch(study, batch_id)
    services.undo(batch=found, actor=user_of(request), now=timezone.now())
    messages.success(request, "The batch is undone: what it brought is out of the study.")
    return redirect("conversations:batch", slug=slug, batch_id=batch_id)


def _batch(study: Study, batch_id: int) -> Batch:
    return get_object_or_404(queries.batches_of(study), pk=batch_id)


def _progress(request: HttpRequest, study: Study, found: Batch) -> dict[str, object]:
    return {
        "study": study,
        "batch": found,
        "description": reader_of(Format(found.format)) if found.format in list(Format) else None,
        "shown": _shown(found),
        "is_moving": found.state in queries.UNFINISHED,
        "may_manage": _may_manage(request, study),
        "choices": versions.waiting_versions(study).filter(batch=found).count(),
        "may_undo": found.state in {BatchState.PENDING, BatchState.DONE, BatchState.FAILED},
    }


def _shown(found: Batch) -> dict[str, object]:
    """A batch with its counts as rows of a table."""
    kinds = [(kind, one) for kind, one in found.counts.items() if isinstance(one, dict)]
    return {"batch": found, "kinds": kinds, "problems": found.counts.get("problems", 0)}


def _may_manage(request: HttpRequest, study: Study) -> bool:
    return study.memberships.filter(user=user_of(request), role__in=[Role.OWNER, Role.ADMIN]).exists()


def _number(given: str | None) -> int:
    return int(given) if given and given.isascii() and given.isdigit() and len(given) < 19 else 0


class _Line:
    """What csv writes to: each row comes back as it is written."""

    def write(self, line: str) -> str:
        return line


def _csv(filename: str, rows: Iterable[BatchProblem]) -> Iterator[str]:
    writer = csv.writer(_Line())
    return (writer.writerow(row) for row in problem_rows(filename, rows))
