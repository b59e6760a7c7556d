"""Health (alive: the process answers; ready: it can serve), and what is said when a sign-in is gone."""

from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views import csrf
from django.views.decorators.http import require_safe

from yardstick.database.reasons import reason_of
from yardstick.project.unavailable import RETRY_AFTER_SECONDS


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
    return csrf.csrf_failure(request, reason)
