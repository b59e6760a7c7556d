"""Before the first page: the tutorial with its feedback, and the comprehension check."""

import uuid
from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from conversations.queries.wordings import guidelines_in
from conversations.rendering import render_once
from judgments.enums import JUDGED, TaskKind
from judgments.models import Assignment
from judgments.rating import answering, lessons, payloads, practising
from judgments.rating.admitted import AdmittedRater
from judgments.rating.feedback import feedback_of
from judgments.rating.forms import CheckForm
from judgments.rating.page_context import frame_context, task_context, task_url
from judgments.rating.page_parts import parts
from judgments.rating.refusals import NotYours
from judgments.rating.steps import Step
from judgments.rating.task_page import build_page, page_of
from judgments.rating.views.guard import body, for_raters, unless_withdrawn
from judgments.work.given_pages import given_page
from raters.enums import EnrolmentOutcome


@for_raters
@require_safe
def practice(request: HttpRequest, admitted: AdmittedRater) -> HttpResponse:
    """The page of the tutorial the rater is at; where it is done, on to what comes next."""
    assignment = practising.next_practice(admission=admitted.admission, now=timezone.now())
    if assignment is not None:
        return render(request, "judgments/rate.html", _practice_context(admitted, assignment) | frame_context(admitted))
    if lessons.lessons(admitted.admission).practice:  # it is due, but the rater gets nothing now
        return render(request, "judgments/rate.html", task_context(admitted, None) | frame_context(admitted))
    return redirect(task_url(admitted))


@for_raters
@require_safe
def feedback(request: HttpRequest, admitted: AdmittedRater, assignment_id: uuid.UUID) -> HttpResponse:
    """What the rater answered on a page of the tutorial, and what was expected."""
    assignment = _own_practice(admitted, assignment_id)
    if assignment is None:
        raise Http404("This page was never yours.")
    if assignment.outcome not in JUDGED:
        return redirect("judgments:practice", admitted.study.slug, admitted.stage.number)
    return render(request, "judgments/rate.html", _feedback_context(admitted, assignment) | frame_context(admitted))


@for_raters
@require_POST
@unless_withdrawn
def submit(request: HttpRequest, admitted: AdmittedRater, assignment_id: uuid.UUID) -> HttpResponse:
    """Commit the answers of a practice page; the acknowledgement carries the feedback."""
    now = timezone.now()
    submission = payloads.submission(body(request))
    _required_practice(admitted, assignment_id)
    acknowledgement = answering.submit(
        rater=admitted.rater, assignment_id=assignment_id, submission=submission, now=now
    )
    page = _required_practice(admitted, assignment_id)
    if acknowledgement.outcome:
        url = reverse("judgments:practice-feedback", args=[*_place(admitted), assignment_id])
        context = _feedback_context(admitted, page)
    else:
        url = reverse("judgments:practice", args=_place(admitted))
        context = _practice_context(admitted, page)
    saved_at = acknowledgement.submitted_at.isoformat()
    return JsonResponse({"saved_at": saved_at, "outcome": acknowledgement.outcome, "url": url, "parts": parts(context)})


@for_raters
@require_POST
@unless_withdrawn
def set_aside(request: HttpRequest, admitted: AdmittedRater, assignment_id: uuid.UUID) -> HttpResponse:
    """A practice page that the rater cannot or does not want to judge: the next one instead."""
    now = timezone.now()
    fields = payloads.set_aside(body(request))
    _required_practice(admitted, assignment_id)
    answering.set_aside(rater=admitted.rater, assignment_id=assignment_id, now=now, **fields)
    following = practising.next_practice(admission=admitted.admission, now=now)
    context = _practice_context(admitted, following) if following else _done_context(admitted)
    url = reverse("judgments:practice", args=[admitted.study.slug, admitted.stage.number])
    return JsonResponse({"saved_at": now.isoformat(), "outcome": fields["act"], "url": url, "parts": parts(context)})


def _own_practice(admitted: AdmittedRater, assignment_id: uuid.UUID) -> Assignment | None:
    assignment = given_page(rater=admitted.rater, stage=admitted.stage, assignment_id=assignment_id)
    return assignment if assignment is not None and assignment.task.kind == TaskKind.PRACTICE else None


def _required_practice(admitted: AdmittedRater, assignment_id: uuid.UUID) -> Assignment:
    """Raises NotYours."""
    assignment = _own_practice(admitted, assignment_id)
    if assignment is None:
        raise NotYours
    return assignment


def _practice_context(admitted: AdmittedRater, assignment: Assignment, **changed: Any) -> dict[str, Any]:
    at, total = lessons.practice_place(admitted.admission, assignment.task_id)
    page = build_page(replace(page_of(assignment, study=admitted.study), **changed), study=admitted.study)
    return {"study": admitted.study, "stage": admitted.stage, "page": page, "practice": {"at": at, "total": total}}


def _feedback_context(admitted: AdmittedRater, assignment: Assignment) -> dict[str, Any]:
    context = _practice_context(admitted, assignment, step=Step.WHOLE)
    return context | {"feedback": feedback_of(assignment, context["page"])}


def _done_context(admitted: AdmittedRater) -> dict[str, Any]:
    return {"study": admitted.study, "stage": admitted.stage, "page": None, "practice": {"done": True}}


@for_raters
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest, admitted: AdmittedRater) -> HttpResponse:
    """The comprehension check: all questions on one page, two tries."""
    admission = admitted.admission
    if admission.outcome == EnrolmentOutcome.FAILED_COMPREHENSION:
        return render(request, "judgments/learning/failed.html", _frame(admitted))
    questions = lessons.open_questions(admitted.stage)
    if admission.comprehended_at is not None or admission.outcome or not questions:
        return redirect(task_url(admitted))
    last = lessons.last_try(admission)
    form = CheckForm(request.POST or None, questions=questions, last=last)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            return _answered(admitted, form)
        status = 422
    return render(
        request, "judgments/learning/check.html", {"form": form, "last": last} | _frame(admitted), status=status
    )


def _answered(admitted: AdmittedRater, form: CheckForm) -> HttpResponse:
    try:
        made = practising.answer_check(
            admission=admitted.admission, number=form.number_of_try, answers=form.answers(), now=timezone.now()
        )
    except (practising.NoTriesLeft, practising.QuestionsChanged):
        return redirect("judgments:check", admitted.study.slug, admitted.stage.number)
    return redirect(task_url(admitted) if made.passed else reverse("judgments:check", args=_place(admitted)))


def _place(admitted: AdmittedRater) -> list[Any]:
    return [admitted.study.slug, admitted.stage.number]


def _frame(admitted: AdmittedRater) -> dict[str, Any]:
    guidelines = guidelines_in(admitted.stage, get_language() or "")
    return {
        "study": admitted.study,
        "stage": admitted.stage,
        "guidelines": render_once(guidelines.text) if guidelines else "",
        "has_code": lessons.came_by_platform(admitted.admission),
    }
