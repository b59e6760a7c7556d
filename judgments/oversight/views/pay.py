"""What the raters of a study are owed."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from accounts.signed_in import user_of
from conversations.models import Stage, Study
from conversations.permissions import MANAGE, READ, get_study
from conversations.spreadsheets import csv_response
from conversations.views.material import may_manage
from judgments.oversight.pay_sheet import pay_sheet, pay_table
from judgments.oversight.steering import record_pay_download


@login_required
@require_safe
def pay(request: HttpRequest, slug: str) -> HttpResponse:
    study = get_study(request.user, slug, *READ)
    stage = _stage(study, request.GET)
    context = {
        "study": study,
        "stage": stage,
        "stages": study.stages.all(),
        "sheet": pay_sheet(study=study, stage=stage),
        "may_manage": may_manage(request, study),
    }
    return render(request, "judgments/raters/pay.html", context)


@login_required
@require_safe
def pay_csv(request: HttpRequest, slug: str) -> HttpResponse:
    study = get_study(request.user, slug, *READ)
    sheet = pay_sheet(study=study, stage=_stage(study, request.GET))
    return csv_response(pay_table(sheet, with_platform_ids=False), filename=f"{study.slug}-pay.csv")


@login_required
@require_POST
def pay_ids(request: HttpRequest, slug: str) -> HttpResponse:
    """With the platform's ids: needed to pay, so only who manages gets them, when they ask, and it is written down."""
    study = get_study(request.user, slug, *MANAGE)
    sheet = pay_sheet(study=study, stage=_stage(study, request.POST))
    record_pay_download(study=study, actor=user_of(request), raters=len(sheet.lines))
    return csv_response(pay_table(sheet, with_platform_ids=True), filename=f"{study.slug}-pay-with-ids.csv")


def _stage(study: Study, asked: QueryDict) -> Stage | None:
    number = asked.get("stage", "")
    return study.stages.filter(number=number).first() if number in {"1", "2", "3"} else None
