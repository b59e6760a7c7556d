"""The rating pages. Each view finds who asks, makes one service call, and translates its result or error."""

import json
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_POST, require_safe

from judgments import requests
from judgments.models import Assignment
from judgments.queries import visits as queries
from judgments.services import answering, claiming
from judgments.visits import NotAdmitted, Visit, frame_context, parts, rater_progress, task_context, task_url, visit_of

type RaterView[**P] = Callable[Concatenate[HttpRequest, Visit, P], HttpResponseBase]
HISTORY_LENGTH = 200


def for_raters[**P](view: RaterView[P]) -> Callable[..., HttpResponseBase]:
    """Let only raters of the stage in; others are told how to come back."""

    @never_cache
    @ensure_csrf_cookie
    @wraps(view)
    def guarded(request: HttpRequest, slug: str, number: int, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            visit = visit_of(request, slug, number)
        except NotAdmitted:
            if request.method == "POST":
                return _refusal(_("You are signed out. Open your link again: your answer is kept."), "signed_out", 403)
            return render(request, "judgments/stranger.html", status=403)
        return view(request, visit, *args, **kwargs)

    return guarded


@for_raters
@require_safe
def rate(request: HttpRequest, visit: Visit) -> HttpResponse:
    assignment = claiming.claim_next(rater=visit.rater, stage=visit.stage, now=timezone.now())
    return render(request, "judgments/rate.html", task_context(visit, assignment) | frame_context(visit))


@for_raters
@require_safe
def revise(request: HttpRequest, visit: Visit, assignment_id: uuid.UUID) -> HttpResponse:
    """A submitted page again, to look at it or change it while the stage is open."""
    assignment = queries.assignment_of(rater=visit.rater, stage=visit.stage, assignment_id=assignment_id)
    if assignment is None:
        raise Http404("This page was never yours.")
    if not queries.can_revise(assignment):
        return redirect(task_url(visit))
    return render(request, "judgments/rate.html", task_context(visit, assignment) | frame_context(visit))


@for_raters
@require_POST
def submit(request: HttpRequest, visit: Visit, assignment_id: uuid.UUID) -> HttpResponse:
    """Commit the answers; the acknowledgement carries the next task."""
    try:
        submission = requests.submission(_body(request))
        acknowledgement = answering.submit(
            rater=visit.rater, assignment_id=assignment_id, submission=submission, now=timezone.now()
        )
    except requests.BadRequest as error:
        return _refusal(str(error), "bad_request", 400)
    except answering.IncompleteAnswers:
        return _refusal(_("Some are not judged yet."), "incomplete", 422)
    except answering.StageNotOpen:
        return _refusal(_("This stage is not open any more. Nothing new is taken."), "not_open", 409)
    except answering.NotYours:
        return _refusal(_("This page is not yours."), "not_yours", 404)
    return _next_task(visit, saved_at=acknowledgement.submitted_at.isoformat(), outcome=acknowledgement.outcome)


@for_raters
@require_POST
def draft(request: HttpRequest, visit: Visit, assignment_id: uuid.UUID) -> HttpResponse:
    now = timezone.now()
    try:
        body = requests.draft(_body(request))
        revision = answering.save_draft(rater=visit.rater, assignment_id=assignment_id, now=now, **body)
    except requests.BadRequest as error:
        return _refusal(str(error), "bad_request", 400)
    except answering.StaleDraft as stale:
        message = _("You went on with this page in another window. Its newer answers are shown now.")
        return _refusal(message, "stale_draft", 409, revision=stale.revision, draft=stale.draft)
    except answering.StageNotOpen:
        return _refusal(_("This stage is not open any more. Nothing new is taken."), "not_open", 409)
    except answering.NotYours:
        return _refusal(_("This page is not yours."), "not_yours", 404)
    return JsonResponse({"revision": revision, "saved_at": now.isoformat()})


@for_raters
@require_POST
def set_aside(request: HttpRequest, visit: Visit, assignment_id: uuid.UUID) -> HttpResponse:
    now = timezone.now()
    try:
        body = requests.set_aside(_body(request))
        answering.set_aside(rater=visit.rater, assignment_id=assignment_id, now=now, **body)
    except requests.BadRequest as error:
        return _refusal(str(error), "bad_request", 400)
    except answering.StageNotOpen:
        return _refusal(_("This stage is not open any more. Nothing new is taken."), "not_open", 409)
    except answering.NotYours:
        return _refusal(_("This page is not yours."), "not_yours", 404)
    return _next_task(visit, saved_at=now.isoformat(), outcome=body["act"])


@for_raters
@require_safe
def history(request: HttpRequest, visit: Visit) -> HttpResponse:
    entries = [
        (assignment, queries.can_revise(assignment))
        for assignment in queries.finished(rater=visit.rater, stage=visit.stage)[:HISTORY_LENGTH]
    ]
    context = {
        "study": visit.study,
        "stage": visit.stage,
        "entries": entries,
        "active_minutes": round(queries.active_ms(rater=visit.rater, stage=visit.stage) / 60_000),
        "progress": rater_progress(visit),
    }
    return render(request, "judgments/history.html", context)


@for_raters
@require_safe
def finish(request: HttpRequest, visit: Visit) -> HttpResponse:
    resume_url = request.build_absolute_uri(reverse("arrival:resume", args=[visit.enrolment.resume_token]))
    context = {
        "study": visit.study,
        "stage": visit.stage,
        "progress": rater_progress(visit),
        "resume_url": resume_url,
    }
    return render(request, "judgments/finish.html", context)


def _next_task(visit: Visit, **acknowledged: Any) -> JsonResponse:
    assignment: Assignment | None = claiming.claim_next(rater=visit.rater, stage=visit.stage, now=timezone.now())
    return JsonResponse({**acknowledged, "url": task_url(visit), "parts": parts(task_context(visit, assignment))})


def _body(request: HttpRequest) -> Any:
    try:
        return json.loads(request.body)
    except ValueError as error:
        raise requests.BadRequest("The body must be JSON.") from error


def _refusal(error: str, code: str, status: int, **more: Any) -> JsonResponse:
    return JsonResponse({"error": error, "code": code, **more}, status=status)
