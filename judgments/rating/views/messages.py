"""A rater and those who run the study write to each other."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from judgments.rating.admitted import AdmittedRater
from judgments.rating.forms import MessageToTeamForm
from judgments.rating.views.guard import for_raters
from raters.enums import EnrolmentOutcome
from raters.queries import messages_of
from raters.services import messages as services

SHOWN = 100  # the newest


@for_raters
@require_http_methods(["GET", "POST"])
def write(request: HttpRequest, admitted: AdmittedRater) -> HttpResponse:
    form = MessageToTeamForm(request.POST if request.method == "POST" else None)
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        try:
            services.send_from_rater(enrolment=admitted.enrolment, text=form.cleaned_data["text"], now=timezone.now())
        except services.TooManyMessages:
            form.add_error(
                "text",
                _("You wrote many messages today. What you wrote so far will be read; please write again tomorrow."),
            )
            status = 429
        else:
            messages.success(request, _("Your message is sent. The answer will stand on this page."))
            return redirect("judgments:messages", admitted.study.slug, admitted.stage.number)
    context = {
        "study": admitted.study,
        "stage": admitted.stage,
        "withdrawn": admitted.enrolment.outcome == EnrolmentOutcome.WITHDREW,
        "form": form,
        "thread": list(messages_of(admitted.enrolment)[:SHOWN])[::-1],
    }
    page = render(request, "judgments/messages.html", context, status=status)
    services.mark_read(enrolment=admitted.enrolment, from_rater=False, now=timezone.now())
    return page
