"""A large file comes in pieces (``static/js/staged_files.js``); the form then names it instead of holding it."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.signed_in import user_of
from conversations.models import StagedUpload, Study
from conversations.permissions import MANAGE, get_study
from conversations.services import staging


@login_required
@require_POST
def begin(request: HttpRequest, slug: str) -> JsonResponse:
    study = get_study(request.user, slug, *MANAGE)
    size = number_of(request.POST.get("size", ""))
    filename, mark = request.POST.get("filename", "")[:1000], request.POST.get("mark", "")[:200]
    user, now = user_of(request), timezone.now()
    try:
        staged = staging.begin(study=study, user=user, filename=filename, size=size, mark=mark, now=now)
    except staging.StagingRefused as refusal:
        return JsonResponse({"error": str(refusal)}, status=422)
    return JsonResponse(state_of(staged))


@login_required
@require_http_methods(["GET", "PUT"])
def piece(request: HttpRequest, slug: str, staged_key: UUID) -> JsonResponse:
    """How far it is, or the next piece."""
    staged = staged_of(request, get_study(request.user, slug, *MANAGE), staged_key)
    if request.method == "PUT":
        length = number_of(request.headers.get("Content-Length", ""))
        if not 0 < length <= staging.PIECE_BYTES:
            return JsonResponse({"error": f"A piece has 1 to {staging.PIECE_BYTES} bytes."}, status=413)
        content, offset = request.read(length), number_of(request.GET.get("offset", ""))
        try:
            staged = staging.append(staged=staged, offset=offset, piece=content, now=timezone.now())
        except staging.StagingRefused as refusal:
            return JsonResponse({"error": str(refusal), **state_of(staged)}, status=409)
    return JsonResponse(state_of(staged))


def staged_of(request: HttpRequest, study: Study, key: UUID) -> StagedUpload:
    """The user's own."""
    return get_object_or_404(StagedUpload, study=study, uploaded_by=user_of(request), key=key)


def state_of(staged: StagedUpload) -> dict[str, object]:
    return {"key": str(staged.key), "size": staged.size, "received": staged.received, "piece": staging.PIECE_BYTES}


def number_of(said: str) -> int:
    return int(said) if said.isascii() and said.isdigit() and len(said) < 16 else 0
