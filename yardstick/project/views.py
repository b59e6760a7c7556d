"""Health (alive: the process answers; ready: it can serve), and what is said when a sign-in is gone."""

import logging

from django.conf import settings
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from yardstick.database.reasons import reason_of
from yardstick.project.unavailable import RETRY_AFTER_SECONDS

logger = logging.getLogger(__name__)


@require_safe
def alive(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "alive"})


@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """503 while the database is away, or busy to the last connection. The broker is not asked: raters go on without it."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except OperationalError as error:
        reason = reason_of(error)
        if reason is None:
            raise
        told = {"status": "unavailable", "database": reason}
        return JsonResponse(told, status=503, headers={"Retry-After": str(RETRY_AFTER_SECONDS[reason])})
    return JsonResponse({"status": "ready"})


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A rating page whose cookies are gone sends its answer again later: it is told so in its own way."""
    if request.headers.get("Accept") == "application/json":
        error = _("You are signed out. Open your link again: your answer is kept.")
        return JsonResponse({"error": error, "code": "signed_out"}, status=403)
    _log_for_the_operator(request, reason)
    return render(request, "csrf.html", status=403)


def _log_for_the_operator(request: HttpRequest, reason: str) -> None:
    """Most often an address or a proxy was not told to the settings, and nobody at the browser can know."""
    logger.warning(
        "Refused %s %s: %.200r, origin %.200r. Trusted: %s and %s. Addresses that people open belong into YARDSTICK_BASE_URL "
        "(several with commas); behind a proxy see YARDSTICK_BEHIND_PROXY.",
        request.method,
        request.path,
        reason,
        request.headers.get("Origin") or request.headers.get("Referer"),
        f"{request.scheme}://{request.get_host()}",
        ", ".join(settings.BASE_URLS),
    )
