"""A rater takes back their consent: a page that says what will happen, and the act."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from judgments.queries import pay
from judgments.services import leaving
from judgments.views.guard import for_raters
from judgments.visits import Visit
from raters.enums import EnrolmentOutcome


@for_raters
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, visit: Visit) -> HttpResponse:
    if request.method == "POST":
        leaving.withdraw(enrolment=visit.enrolment, now=timezone.now())
        return redirect("judgments:withdraw", visit.study.slug, visit.stage.number)
    owed = pay.pay_of(study=visit.study, rater_ids=[visit.rater.pk])
    context = {
        "study": visit.study,
        "stage": visit.stage,
        "withdrawn": visit.enrolment.outcome == EnrolmentOutcome.WITHDREW,
        "pay": owed[0] if owed and visit.study.pay_per_hour else None,
        "pages": owed[0].pages if owed else 0,
    }
    return render(request, "judgments/withdraw.html", context)
