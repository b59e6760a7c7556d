"""A rater takes back their consent: a page that says what will happen, and the act."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from judgments.rating import leaving
from judgments.rating.admitted import AdmittedRater
from judgments.rating.own_pay import own_figures
from judgments.rating.views.guard import for_raters
from raters.enums import EnrolmentOutcome


@for_raters
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, admitted: AdmittedRater) -> HttpResponse:
    if request.method == "POST":
        leaving.withdraw(enrolment=admitted.enrolment, now=timezone.now())
        return redirect("judgments:withdraw", admitted.study.slug, admitted.stage.number)
    figures = own_figures(enrolment=admitted.enrolment, stage=admitted.stage)
    context = {
        "study": admitted.study,
        "stage": admitted.stage,
        "withdrawn": admitted.enrolment.outcome == EnrolmentOutcome.WITHDREW,
        "figures": figures,
        "in_all": figures[-1],
    }
    return render(request, "judgments/withdraw.html", context)
