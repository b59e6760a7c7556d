"""Who is let into the rating pages, and how a page is refused."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.gzip import gzip_page

from judgments.rating import payloads
from judgments.rating.admitted import AdmittedRater, admitted_rater_of
from judgments.rating.refusals import BadRequest, Refused, Withdrew
from raters.enums import EnrolmentOutcome
from raters.sessions import note_who_judges

type RaterView[**P] = Callable[Concatenate[HttpRequest, AdmittedRater, P], HttpResponseBase]


def answers_refusals(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """The one place in which a refusal becomes an answer: JSON for the page's script, or the page that it has."""

    @wraps(view)
    def answering(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except Refused as refused:
            if refused.page and request.method != "POST":
                return render(request, refused.page, status=refused.status)
            told = {"error": refused.text, "code": refused.code, **refused.extras()}
            return JsonResponse(told, status=refused.status)

    return answering


def with_csrf_cookie(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Pages bring the token that their scripts send. What a script sent was let in by it: it need not be made again."""
    bringing = ensure_csrf_cookie(view)

    @wraps(view)
    def answering(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return (view if request.method == "POST" else bringing)(request, *args, **kwargs)

    return answering


def for_raters[**P](view: RaterView[P]) -> Callable[..., HttpResponseBase]:
    """Let only raters of the stage in; others are told how to come back."""

    @gzip_page
    @never_cache
    @with_csrf_cookie
    @answers_refusals
    @wraps(view)
    def guarded(request: HttpRequest, slug: str, number: int, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        admitted = admitted_rater_of(request, slug, number)
        note_who_judges(request, admitted.enrolment)
        return view(request, admitted, *args, **kwargs)

    return guarded


def unless_withdrawn[**P](view: RaterView[P]) -> RaterView[P]:
    """Nothing is taken of who withdrew, not even what still waits in their browser."""

    @wraps(view)
    def guarded(
        request: HttpRequest, admitted: AdmittedRater, /, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        if admitted.enrolment.outcome == EnrolmentOutcome.WITHDREW:
            raise Withdrew
        return view(request, admitted, *args, **kwargs)

    return guarded


def body(request: HttpRequest) -> Any:
    """The JSON that the rating page sent. Raises BadRequest."""
    try:
        raw = request.body
    except RequestDataTooBig as error:
        raise BadRequest("", _("What this page sent is too long.")) from error
    return payloads.decode(raw)
