"""What is answered while the database can't be had: 503, when to come again, and nothing that needs a database."""

import sys
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import loader
from django.utils.translation import gettext as _
from django.views import defaults

from yardstick.database.reasons import OutageReason, reason_of

RETRY_AFTER_SECONDS = {OutageReason.AWAY: 5, OutageReason.BUSY: 2}


class Unavailable:
    """For what fails in a view."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        reason = reason_of(error)
        return refusal(request, reason) if reason else None


def server_error(request: HttpRequest) -> HttpResponse:
    """For what fails around a view, such as storing the session; every other fault is a 500."""
    reason = reason_of(sys.exc_info()[1])
    return refusal(request, reason) if reason else defaults.server_error(request)


def refusal(request: HttpRequest, reason: OutageReason) -> HttpResponse:
    response = _screen(request, reason) if "text/html" in request.headers.get("Accept", "") else _words(request)
    response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS[reason])
    response.headers["Cache-Control"] = "no-store"
    return response


def _screen(request: HttpRequest, reason: OutageReason) -> HttpResponse:
    # What was sent is not sent again by a page that loads itself again.
    seconds = RETRY_AFTER_SECONDS[reason] if request.method == "GET" else None
    # Without the request no context processor asks the database who is signed in.
    return HttpResponse(loader.render_to_string("503.html", {"seconds": seconds}), status=503)


def _words(request: HttpRequest) -> JsonResponse:
    message = _("Yardstick can't reach its database just now. Try again in a few seconds.")
    if request.path_info.startswith("/api/"):
        return JsonResponse({"error": {"code": "unavailable", "message": message}}, status=503)
    return JsonResponse({"error": message, "code": "unavailable"}, status=503)
