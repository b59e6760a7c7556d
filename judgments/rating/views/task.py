"""The rating pages. Each view finds who asks, makes one service call, and translates its result or error."""

import uuid
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.limiting import neighbours, network_of
from judgments.enums import Outcome
from judgments.models import Assignment
from judgments.rating import answering, own_pages, payloads, submit_and_claim
from judgments.rating.admitted import AdmittedRater
from judgments.rating.gates import next_gate
from judgments.rating.given_answers import Acknowledgement
from judgments.rating.left_out import rest_answer
from judgments.rating.page_context import frame_context, task_context, task_url
from judgments.rating.page_parts import parts
from judgments.rating.submit_and_claim import Following
from judgments.rating.task_page import page_of
from judgments.rating.views.guard import body, for_raters, unless_withdrawn
from judgments.work import beginning, claiming, leases
from judgments.work.given_pages import given_page


@for_raters
@require_safe
def rate(request: HttpRequest, admitted: AdmittedRater) -> HttpResponse:
    if gate := next_gate(admitted):
        return redirect(gate)
    try:
        assignment = _claim(request, admitted)
    except beginning.TooManyBegin:
        page = render(request, "judgments/busy.html", {"study": admitted.study}, status=429)
        page["Refresh"] = page["Retry-After"] = "30"
        return page
    return render(request, "judgments/rate.html", task_context(admitted, assignment) | frame_context(admitted))


def _claim(request: HttpRequest, admitted: AdmittedRater) -> Assignment | None:
    """Members are known; of others, those who have submitted nothing yet are counted by address and link."""
    rater, stage, now = admitted.rater, admitted.stage, timezone.now()
    is_open = not settings.MOST_BEGINNERS or request.user.is_authenticated
    if is_open or beginning.has_begun(rater=rater, stage=stage):
        return claiming.claim_next(rater=rater, stage=stage, now=now)
    known = neighbours(
        place=f"beginners-{stage.pk}-{admitted.admission.entry_link_id}",
        who=network_of(request),
        member=rater.pk,
        seconds=int(leases.LONGEST_LEASE.total_seconds()),
    )
    return beginning.claim_first(rater=rater, stage=stage, neighbours=known, now=now)


@for_raters
@require_safe
def revise(request: HttpRequest, admitted: AdmittedRater, assignment_id: uuid.UUID) -> HttpResponse:
    """A submitted page again, to look at it or change it while the stage is open."""
    assignment = given_page(rater=admitted.rater, stage=admitted.stage, assignment_id=assignment_id)
    if assignment is None:
        raise Http404("This page was never yours.")
    if not own_pages.can_revise(assignment):
        return redirect(task_url(admitted))
    return render(request, "judgments/rate.html", task_context(admitted, assignment) | frame_context(admitted))


@for_raters
@require_safe
@unless_withdrawn
def material(request: HttpRequest, admitted: AdmittedRater, assignment_id: uuid.UUID) -> HttpResponse:
    """What the rater opens of a page of their own: it was too long to be sent at once."""
    assignment = given_page(rater=admitted.rater, stage=admitted.stage, assignment_id=assignment_id)
    if assignment is None or not own_pages.may_read_on(assignment):
        raise Http404("This page is not yours, or no longer.")
    return rest_answer(request, page_of(assignment, study=admitted.study), study=admitted.study)


@for_raters
@require_POST
@unless_withdrawn
def submit(request: HttpRequest, admitted: AdmittedRater, assignment_id: uuid.UUID) -> HttpResponse:
    """Commit the answers; the acknowledgement carries the next task."""
    acknowledgement, following = submit_and_claim.submit_and_claim(
        rater=admitted.rater,
        stage=admitted.stage,
        assignment_id=assignment_id,
        submission=payloads.submission(body(request)),
        now=timezone.now(),
    )
    return _next_task(
        admitted,
        following,
        previous=assignment_id if acknowledgement.outcome else None,
        saved_at=acknowledgement.submitted_at.isoformat(),
        outcome=acknowledgement.outcome,
        notice=_notice(acknowledgement),
    )


def _notice(acknowledgement: Acknowledgement) -> str:
    """What the rater did not see coming: a newer answer of theirs, or that their slot was filled while they were away."""
    if acknowledgement.overtaken and not acknowledgement.outcome:
        return _("You answered the first question of this page in another window. That answer is final.")
    if acknowledgement.overtaken:
        return _("You gave a newer answer to this page in another window. That one counts.")
    is_late = acknowledgement.outcome == Outcome.SURPLUS and acknowledgement.is_first
    return _("Others have judged this page meanwhile. Your answer is kept and paid all the same.") if is_late else ""


@for_raters
@require_POST
@unless_withdrawn
def draft(request: HttpRequest, admitted: AdmittedRater, assignment_id: uuid.UUID) -> HttpResponse:
    now = timezone.now()
    fields = payloads.draft(body(request))
    revision = answering.save_draft(rater=admitted.rater, assignment_id=assignment_id, now=now, **fields)
    return JsonResponse({"revision": revision, "saved_at": now.isoformat()})


@for_raters
@require_POST
@unless_withdrawn
def set_aside(request: HttpRequest, admitted: AdmittedRater, assignment_id: uuid.UUID) -> HttpResponse:
    now = timezone.now()
    fields = payloads.set_aside(body(request))
    _acknowledgement, following = submit_and_claim.set_aside_and_claim(
        rater=admitted.rater, stage=admitted.stage, assignment_id=assignment_id, now=now, **fields
    )
    return _next_task(admitted, following, saved_at=now.isoformat(), outcome=fields["act"])


def _next_task(
    admitted: AdmittedRater, following: Following, *, previous: uuid.UUID | None = None, **acknowledged: Any
) -> JsonResponse:
    context = task_context(admitted, following.page, counted=following.counted, previous=previous)
    return JsonResponse({**acknowledged, "url": task_url(admitted), "parts": parts(context)})
