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

from judgments.rating import answering, payloads
from judgments.rating.admitted import AdmittedRater, NotAdmitted, admitted_rater_of
from raters.enums import EnrolmentOutcome
from raters.sessions import note_who_judges

type RaterView[**P] = Callable[Concatenate[HttpRequest, AdmittedRater, P], HttpResponseBase]


def for_raters[**P](view: RaterView[P]) -> Callable[..., HttpResponseBase]:
    """Let only raters of the stage in; others are told how to come back."""

    @never_cache
    @ensure_csrf_cookie
    @wraps(view)
    def guarded(request: HttpRequest, slug: str, number: int, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            admitted = admitted_rater_of(request, slug, number)
        except NotAdmitted:
            if request.method == "POST":
                return refusal(_("You are signed out. Open your link again: your answer is kept."), "signed_out", 403)
            return render(request, "judgments/stranger.html", status=403)
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
            return withdrawn()
        return view(request, admitted, *args, **kwargs)

    return guarded


def withdrawn() -> JsonResponse:
    return refusal(_("You have withdrawn from the study. Nothing more is taken."), "withdrew", 410)


def body(request: HttpRequest) -> Any:
    """The JSON that the rating page sent. Raises requests.BadRequest."""
    try:
        raw = request.body
    except RequestDataTooBig as error:
        raise payloads.BadRequest("", _("What this page sent is too long.")) from error
    return payloads.decode(raw)


def refused(error: payloads.BadRequest | answering.AnswerRefused) -> JsonResponse:
    """Why an answer, a draft or an act was not taken, in words, and for the page's script."""
    match error:
        case payloads.BadRequest():
            return refusal(str(error), "bad_request", 400, field=error.field)
        case answering.IncompleteAnswers():
            return refusal(_("Some are not judged yet."), "incomplete", 422)
        case answering.StageNotOpen():
            return refusal(_("This stage is not open any more. Nothing new is taken."), "not_open", 409)
        case answering.StaleDraft():
            message = _("You went on with this page in another window. Its newer answers are shown now.")
            return refusal(message, "stale_draft", 409, revision=error.revision, draft=error.draft)
        case answering.Withdrew():
            return withdrawn()
    return refusal(_("This page is not yours."), "not_yours", 404)


def refusal(error: str, code: str, status: int, **more: Any) -> JsonResponse:
    return JsonResponse({"error": error, "code": code, **more}, status=status)
