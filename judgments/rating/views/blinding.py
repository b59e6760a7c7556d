"""At the end of an arrival: which response did you take for the personalized one? Asked once, and never answered by us."""

import uuid
from typing import TypedDict

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from judgments.eligibility.standing import latest_arrival
from judgments.models import Assignment
from judgments.rating import blinding_answers
from judgments.rating.admitted import AdmittedRater
from judgments.rating.blinding_pages import pages_to_ask_about
from judgments.rating.forms import SURENESS, BlindingForm
from judgments.rating.task_page import build_page, page_of
from judgments.rating.views.guard import for_raters
from judgments.stages import Choice
from judgments.work.given_pages import given_page

SESSION_KEY = "blinding"


class AskedPages(TypedDict):
    """What one arrival is asked: how many pages, and which of them are left."""

    total: int
    left: list[str]


def asked_of(request: HttpRequest, admitted: AdmittedRater) -> AskedPages:
    """The pages are drawn when the rater first stops in an arrival; later pages of it are not asked about."""
    if not admitted.stage.blinding_questions:
        return AskedPages(total=0, left=[])
    arrivals: dict[str, AskedPages] = request.session.get(SESSION_KEY, {})
    arrival = latest_arrival(enrolment=admitted.enrolment, stage=admitted.stage)
    key = f"{admitted.stage.pk}:{arrival.pk if arrival else 0}"
    if key not in arrivals:
        drawn = pages_to_ask_about(rater=admitted.rater, stage=admitted.stage, arrival=arrival)
        if not drawn:
            return AskedPages(total=0, left=[])
        arrivals[key] = AskedPages(total=len(drawn), left=[str(page) for page in drawn])
        request.session[SESSION_KEY] = arrivals
    return arrivals[key]


@for_raters
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, admitted: AdmittedRater) -> HttpResponse:
    """One page after the other; any of them, or all that are left, may be skipped."""
    asked = asked_of(request, admitted)
    page = _next_page(asked, admitted)
    if page is None:
        return redirect("judgments:finish", admitted.study.slug, admitted.stage.number)
    form = BlindingForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if request.POST.get("page") != str(page.pk):
            return redirect(
                "judgments:blinding", admitted.study.slug, admitted.stage.number
            )  # sent twice, or an old window
        if _answered(request, page, form):
            asked["left"] = [] if request.POST.get("skip") == "all" else asked["left"][1:]
            request.session.modified = True
            return redirect("judgments:blinding", admitted.study.slug, admitted.stage.number)
    status = 422 if form.is_bound else 200
    return render(request, "judgments/blinding.html", _context(admitted, asked, page, form), status=status)


def _next_page(asked: AskedPages, admitted: AdmittedRater) -> Assignment | None:
    if not asked["left"]:
        return None
    return given_page(rater=admitted.rater, stage=admitted.stage, assignment_id=uuid.UUID(asked["left"][0]))


def _answered(request: HttpRequest, page: Assignment, form: BlindingForm) -> bool:
    """Whether the rater is done with this page, by an answer or by skipping it."""
    if request.POST.get("skip"):
        return True
    if not form.is_valid():
        return False
    blinding_answers.answer(
        rater=page.rater,
        assignment_id=page.pk,
        side=form.cleaned_data["guess"],
        sureness=form.cleaned_data["sureness"],
        now=timezone.now(),
    )
    return True


def _context(admitted: AdmittedRater, asked: AskedPages, page: Assignment, form: BlindingForm) -> dict[str, object]:
    return {
        "study": admitted.study,
        "stage": admitted.stage,
        "page": build_page(page_of(page, study=admitted.study), study=admitted.study),
        "at": asked["total"] - len(asked["left"]) + 1,
        "total": asked["total"],
        "form": form,
        "guesses": [Choice(value, text) for value, text in form.fields["guess"].choices],  # type: ignore[attr-defined]
        "steps": [Choice(step, str(step)) for step in SURENESS],
        "guess": form["guess"].value(),
        "sureness": form.cleaned_data.get("sureness") if form.is_bound else None,
    }
