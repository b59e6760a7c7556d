"""A rater takes back their consent: a page that says what will happen, and the act."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from judgments.rating import leaving
from judgments.rating.admitted import AdmittedRater
from judgments.rating.views.guard import for_raters
from judgments.work import pay
from raters.enums import EnrolmentOutcome


@for_raters
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, admitted: AdmittedRater) -> HttpResponse:
    if request.method == "POST":
        leaving.withdraw(enrolment=admitted.enrolment, now=timezone.now())
        return redirect("judgments:withdraw", admitted.study.slug, admitted.stage.number)
    owed = pay.pay_of(study=admitted.study, rater_ids=[admitted.rater.pk])
    context = {
        "study": admitted.study,
        "stage": admitted.stage,
        "withdrawn": admitted.enrolment.outcome == EnrolmentOutcome.WITHDREW,
        "pay": owed[0] if owed and admitted.study.pay_per_hour else None,
        "pages": owed[0].pages if owed else 0,
    }
    return render(request, "judgments/withdraw.html", context)
