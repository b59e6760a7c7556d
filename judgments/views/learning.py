"""Before the first page: the tutorial with its feedback, and the comprehension check."""

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from conversations.markdown import render as render_markdown
from judgments import requests
from judgments.enums import TaskKind
from judgments.feedback import feedback_of
from judgments.forms_learning import CheckForm
from judgments.models import Assignment
from judgments.pages import build_page
from judgments.queries import learning as lessons
from judgments.queries import visits as queries
from judgments.services import answering, learning
from judgments.views.guard import body, for_raters, refused, unless_withdrawn
from judgments.visits import Visit, frame_context, parts, task_context, task_url
from raters.enums import EnrolmentOutcome


@for_raters
@require_safe
def practice(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The page of the tutorial the rater is at; where it is done, on to what comes next."""
    assignment = learning.next_practice(admission=visit.admission, now=timezone.now())
    if assignment is not None:
        return render(request, "judgments/rate.html", _practice_context(visit, assignment) | frame_context(visit))
    if lessons.lessons(visit.admission).practice:  # it is due, but the rater gets nothing now
        return render(request, "judgments/rate.html", task_context(visit, None) | frame_context(visit))
    return redirect(task_url(visit))


@for_raters
@require_safe
def feedback(request: HttpRequest, visit: Visit, assignment_id: uuid.UUID) -> HttpResponse:
    """What the rater answered on a page of the tutorial, and what was expected."""
    try:
        assignment = _own_practice(visit, assignment_id)
    except answering.NotYours as error:
        raise Http404("This page was never yours.") from error
    if assignment.outcome not in answering.JUDGED:
        return redirect("judgments:practice", visit.study.slug, visit.stage.number)
    return render(request, "judgments/rate.html", _feedback_context(visit, assignment) | frame_context(visit))


@for_raters
@require_POST
@unless_withdrawn
def submit(request: HttpRequest, visit: Visit, assignment_id: uuid.UUID) -> HttpResponse:
    """Commit the answers of a practice page; the acknowledgement carries the feedback."""
    now = timezone.now()
    try:
        submission = requests.submission(body(request))
        _own_practice(visit, assignment_id)
        acknowledgement = answering.submit(
            rater=visit.rater, assignment_id=assignment_id, submission=submission, now=now
        )
    except (requests.BadRequest, answering.AnswerRefused) as error:
        return refused(error)
    url = reverse("judgments:practice-feedback", args=[visit.study.slug, visit.stage.number, assignment_id])
    context = _feedback_context(visit, _own_practice(visit, assignment_id))
    saved_at = acknowledgement.submitted_at.isoformat()
    return JsonResponse({"saved_at": saved_at, "outcome": acknowledgement.outcome, "url": url, "parts": parts(context)})


@for_raters
@require_POST
@unless_withdrawn
def set_aside(request: HttpRequest, visit: Visit, assignment_id: uuid.UUID) -> HttpResponse:
    """A practice page that the rater cannot or does not want to judge: the next one instead."""
    now = timezone.now()
    try:
        fields = requests.set_aside(body(request))
        _own_practice(visit, assignment_id)
        answering.set_aside(rater=visit.rater, assignment_id=assignment_id, now=now, **fields)
    except (requests.BadRequest, answering.AnswerRefused) as error:
        return refused(error)
    following = learning.next_practice(admission=visit.admission, now=now)
    context = _practice_context(visit, following) if following else _done_context(visit)
    url = reverse("judgments:practice", args=[visit.study.slug, visit.stage.number])
    return JsonResponse({"saved_at": now.isoformat(), "outcome": fields["act"], "url": url, "parts": parts(context)})


def _own_practice(visit: Visit, assignment_id: uuid.UUID) -> Assignment:
    assignment = queries.assignment_of(rater=visit.rater, stage=visit.stage, assignment_id=assignment_id)
    if assignment is None or assignment.task.kind != TaskKind.PRACTICE:
        raise answering.NotYours
    return assignment


def _practice_context(visit: Visit, assignment: Assignment) -> dict[str, Any]:
    at, total = lessons.practice_place(visit.admission, assignment.task_id)
    page = build_page(assignment, study=visit.study)
    return {"study": visit.study, "stage": visit.stage, "page": page, "practice": {"at": at, "total": total}}


def _feedback_context(visit: Visit, assignment: Assignment) -> dict[str, Any]:
    context = _practice_context(visit, assignment)
    return context | {"feedback": feedback_of(assignment, context["page"])}


def _done_context(visit: Visit) -> dict[str, Any]:
    return {"study": visit.study, "stage": visit.stage, "page": None, "practice": {"done": True}}


@for_raters
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The comprehension check: all questions on one page, two tries."""
    admission = visit.admission
    if admission.outcome == EnrolmentOutcome.FAILED_COMPREHENSION:
        return render(request, "judgments/learning/failed.html", _frame(visit))
    questions = lessons.open_questions(visit.stage)
    if admission.comprehended_at is not None or admission.outcome or not questions:
        return redirect(task_url(visit))
    last = lessons.last_try(admission)
    form = CheckForm(request.POST or None, questions=questions, last=last)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            return _answered(visit, form)
        status = 422
    return render(request, "judgments/learning/check.html", {"form": form, "last": last} | _frame(visit), status=status)


def _answered(visit: Visit, form: CheckForm) -> HttpResponse:
    try:
        made = learning.answer_check(
            admission=visit.admission, number=form.number_of_try, answers=form.answers(), now=timezone.now()
        )
    except (learning.NoTriesLeft, learning.QuestionsChanged):
        return redirect("judgments:check", visit.study.slug, visit.stage.number)
    return redirect(task_url(visit) if made.passed else reverse("judgments:check", args=_place(visit)))


def _place(visit: Visit) -> list[Any]:
    return [visit.study.slug, visit.stage.number]


def _frame(visit: Visit) -> dict[str, Any]:
    guidelines = visit.stage.guidelines.first()
    return {
        "study": visit.study,
        "stage": visit.stage,
        "guidelines": render_markdown(guidelines.text) if guidelines else "",
        "has_code": lessons.came_by_platform(visit.admission),
    }
