"""What is answered to who asks too often: a page to people, JSON to scripts, and to both when to come back."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render

from accounts.limiting.addresses import network_of
from accounts.limiting.counting import TooMany, take


def take_by_address(name: str, request: HttpRequest, *, place: str = "") -> None:
    """What is asked for at another ``place`` is counted by itself. Raises TooMany."""
    take(name, f"{place}@{network_of(request)}")


def limited[View: Callable[..., HttpResponseBase]](name: str) -> Callable[[View], View]:
    """Each POST counts for the address it comes from."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            try:
                if request.method == "POST":
                    take_by_address(name, request)
            except TooMany as error:
                return too_many(request, error)
            return view(request, *args, **kwargs)

        return guarded  # type: ignore[return-value]  # a view as before

    return decorate


def too_many(request: HttpRequest, error: TooMany) -> HttpResponse:
    if request.get_preferred_type(["text/html", "application/json"]) == "application/json":
        said = {"code": "throttled", "message": f"Too many requests. Try again in {error.seconds} s."}
        response: HttpResponse = JsonResponse({"error": said}, status=429)
    else:
        response = render(request, "too_many.html", {"seconds": error.seconds}, status=429)
    response["Retry-After"] = str(error.seconds)
    response["Cache-Control"] = "no-store"
    return response
