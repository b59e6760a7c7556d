"""What a rater sees when they stop: what they did, and how to come back."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from judgments.queries import visits as queries
from judgments.views.guard import for_raters
from judgments.visits import Visit, rater_progress

HISTORY_LENGTH = 200


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
