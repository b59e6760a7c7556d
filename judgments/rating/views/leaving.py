"""What a rater sees when they stop: what they did, what it pays, how to come back, and how a paid arrival ends."""

from dataclasses import dataclass
from decimal import Decimal

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from judgments.eligibility.reasons import Nothing
from judgments.eligibility.standing import is_paid_by_arrival, latest_arrival
from judgments.enums import Outcome, TaskKind
from judgments.models import Assignment
from judgments.rating import durations, ending, leaving, own_pages
from judgments.rating.admitted import AdmittedRater
from judgments.rating.own_pay import own_figures
from judgments.rating.views import blinding
from judgments.rating.views.guard import for_raters
from judgments.rating.why_nothing import why_nothing
from judgments.stages import behaviour
from judgments.work import pay
from raters.enums import EnrolmentOutcome
from raters.models import Arrival

HISTORY_LENGTH = 200
# What a rater who stops can go on with, by the reason why there is no page now. Another reason: nothing, for now.
_NEXT = {
    None: "page",
    Nothing.OPEN_PAGE: "page",
    Nothing.PRACTICE: "introduction",
    Nothing.COMPREHENSION: "introduction",
    Nothing.NOT_ADMITTED: "ended",
    Nothing.RETURNED: "ended",
    Nothing.FAILED_COMPREHENSION: "ended",
    Nothing.SCREENED_OUT: "ended",
    Nothing.LEFT: "ended",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One page in the rater's own history. It must look the same whether the page was a regular one or a check."""

    assignment: Assignment
    number: int
    what: str
    outcome: str
    can_revise: bool
    time: str
    amount: Decimal


@for_raters
@require_safe
def history(request: HttpRequest, admitted: AdmittedRater) -> HttpResponse:
    finished = own_pages.finished(rater=admitted.rater, stage=admitted.stage)
    page = Paginator(finished, HISTORY_LENGTH).get_page(request.GET.get("page"))
    newest = page.paginator.count - page.start_index() + 1
    context = {
        "study": admitted.study,
        "stage": admitted.stage,
        "withdrawn": _has_withdrawn(admitted),
        "entries": [_entry(assignment, newest - place, admitted) for place, assignment in enumerate(page)],
        "page": page,
        "figures": own_figures(enrolment=admitted.enrolment, stage=admitted.stage),
    }
    return render(request, "judgments/history.html", context)


@for_raters
@require_safe
def finish(request: HttpRequest, admitted: AdmittedRater) -> HttpResponse:
    """Stop for now or, for who is paid by the arrival, end it. Once an arrival the blinding questions come first."""
    now = timezone.now()
    arrival = latest_arrival(enrolment=admitted.enrolment, stage=admitted.stage)
    by_arrival = is_paid_by_arrival(arrival)
    if arrival and by_arrival and arrival.outcome:
        return redirect("arrival:ended", admitted.study.slug, admitted.stage.number)
    if blinding.asked_of(request, admitted)["left"]:
        return redirect("judgments:blinding", admitted.study.slug, admitted.stage.number)
    why = why_nothing(rater=admitted.rater, stage=admitted.stage, now=now)
    context = {
        "study": admitted.study,
        "stage": admitted.stage,
        "withdrawn": _has_withdrawn(admitted),
        "figures": own_figures(enrolment=admitted.enrolment, stage=admitted.stage),
        "why": why,
        "next": _NEXT.get(why.reason, ""),
        "is_paused": why.reason in {Nothing.STAGE_PAUSED, Nothing.RATER_PAUSED},
        "resume_url": request.build_absolute_uri(reverse("arrival:resume", args=[admitted.enrolment.resume_token])),
        **(
            _ending(arrival, ending.outcome_if_ended_now(arrival=arrival, now=now, why=why))
            if arrival and by_arrival
            else {}
        ),
    }
    return render(request, "judgments/finish.html", context)


@for_raters
@require_POST
def end_arrival(request: HttpRequest, admitted: AdmittedRater) -> HttpResponse:
    """The rater ends a paid arrival. With which outcome is decided on the server."""
    arrival = latest_arrival(enrolment=admitted.enrolment, stage=admitted.stage)
    if arrival is None or not is_paid_by_arrival(arrival):
        return redirect("judgments:finish", admitted.study.slug, admitted.stage.number)
    leaving.end_own_arrival(arrival=arrival, now=timezone.now())
    return redirect("arrival:ended", admitted.study.slug, admitted.stage.number)


def _ending(arrival: Arrival, outcome: EnrolmentOutcome) -> dict[str, object]:
    link = arrival.entry_link
    has_code = link is not None and link.completion_codes.filter(outcome=outcome).exists()
    return {"ending": outcome.value, "has_code": has_code}


def _has_withdrawn(admitted: AdmittedRater) -> bool:
    return admitted.enrolment.outcome == EnrolmentOutcome.WITHDREW


def _entry(assignment: Assignment, number: int, admitted: AdmittedRater) -> Entry:
    is_tutorial = assignment.task.kind == TaskKind.PRACTICE
    milliseconds = pay.paid_milliseconds(assignment)
    return Entry(
        assignment,
        number,
        _("Tutorial page") if is_tutorial else behaviour(admitted.stage.number).page_in_words(assignment.unit_count),  # type: ignore[attr-defined]
        _word(Outcome(assignment.outcome)),
        not (is_tutorial or _has_withdrawn(admitted)) and own_pages.can_revise(assignment),
        durations.in_words(milliseconds),
        pay.amount_of(milliseconds, study=admitted.study),
    )


def _word(outcome: Outcome) -> str:
    """Surplus is paid like any other; only regular pages can be surplus, so the word would tell them from checks."""
    words = {
        Outcome.CANNOT_JUDGE: _("Set aside: could not be judged"),
        Outcome.UPSETTING: _("Set aside: uncomfortable"),
        Outcome.TECHNICAL: _("Set aside: something was broken"),
        Outcome.RETURNED: _("Taken back"),
    }
    return words.get(outcome) or _("Submitted")
