"""The end of an arrival: how it ended, and the code for the platform."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from raters import queries, sessions
from raters.services import codes


@never_cache
@require_safe
def ended(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Only what was earned is shown: an arrival that goes on leads back to its pages."""
    arrival = queries.latest_arrival(rater_ids=sessions.rater_ids(request).values(), slug=slug, number=number)
    if arrival is None or sessions.rater_ids(request).get(str(arrival.stage.study_id)) != arrival.enrolment.rater_id:
        return render(request, "judgments/stranger.html", status=403)
    if not arrival.outcome:
        return redirect("judgments:rate", slug, number)
    context = {
        "study": arrival.stage.study,
        "stage": arrival.stage,
        "outcome": arrival.outcome,
        "ticket": codes.show_code(arrival=arrival, now=timezone.now()),
    }
    return render(request, "raters/ended.html", context)
