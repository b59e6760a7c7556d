"""Acts on one rater: pause, release, exclude and take back in, write."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.refusals import told_on
from accounts.signed_in import user_of
from conversations.models import Stage, Study
from conversations.permissions import MANAGE, get_study
from judgments.enums import ExclusionReason
from judgments.oversight import steering
from judgments.oversight.forms.raters import ExclusionForm, MessageToRaterForm
from judgments.oversight.views.raters import human_of, rater_screen
from judgments.work.excluding import exclude_judgments
from raters.models import Enrolment
from raters.services.messages import send_to_rater
from raters.services.pausing import let_go_on, pause_rater


@login_required
@require_POST
def pause(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    def act(enrolment: Enrolment) -> str:
        pause_rater(enrolment=enrolment, actor=user_of(request), now=timezone.now())
        return f"{enrolment} is paused: they can end the page at hand and get no other. “Let go on” undoes it."

    return _act(request, slug, number, act)


@login_required
@require_POST
def go_on(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    def act(enrolment: Enrolment) -> str:
        let_go_on(enrolment=enrolment, actor=user_of(request))
        return f"{enrolment} gets pages again."

    return _act(request, slug, number, act)


@login_required
@require_POST
def release(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    def act(enrolment: Enrolment) -> str:
        released = steering.release_leases(enrolment=enrolment, actor=user_of(request))
        if not released:
            return f"{enrolment} held no page."
        return (
            f"Released: others can take what {enrolment} held ({released})."
            " The draft stays, and they get the page back when they return while it is free."
        )

    return _act(request, slug, number, act)


@login_required
@require_http_methods(["GET", "POST"])
def exclude(request: HttpRequest, slug: str, number: int, stage_number: int) -> HttpResponse:
    """First what it would do; then it is done, with a reason."""
    study = get_study(request.user, slug, *MANAGE)
    enrolment, stage = human_of(study, number), _stage(study, stage_number)
    form = ExclusionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        excluded = exclude_judgments(
            rater=enrolment.rater,
            stage=stage,
            reason=ExclusionReason(form.cleaned_data["reason"]),
            actor=user_of(request),
            now=timezone.now(),
        )
        messages.success(request, f"{excluded} judgments of {stage} are left out. “Include again” undoes it.")
        return redirect("stages:rater", slug=slug, number=number)
    effect = steering.effect_of_excluding(rater_id=enrolment.rater_id, stage=stage)
    context = {"study": study, "enrolment": enrolment, "stage": stage, "form": form, "effect": effect}
    return render(request, "judgments/raters/exclude.html", context, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "POST"])
@told_on("stages:rater", "slug", "number")
def include(request: HttpRequest, slug: str, number: int, stage_number: int) -> HttpResponse:
    study = get_study(request.user, slug, *MANAGE)
    enrolment, stage = human_of(study, number), _stage(study, stage_number)
    now = timezone.now()
    if request.method == "GET":
        effect = steering.effect_of_including(rater_id=enrolment.rater_id, stage=stage, now=now)
        context = {
            "study": study,
            "enrolment": enrolment,
            "stage": stage,
            "effect": effect,
            "refused": steering.may_not_return(enrolment),
        }
        return render(request, "judgments/raters/include.html", context)
    included = steering.include_again(enrolment=enrolment, stage=stage, actor=user_of(request), now=now)
    messages.success(request, f"{included} judgments of {stage} are included again. “Exclude” undoes it.")
    return redirect("stages:rater", slug=slug, number=number)


@login_required
@require_POST
def message(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    study = get_study(request.user, slug, *MANAGE)
    enrolment = human_of(study, number)
    form = MessageToRaterForm(request.POST)
    if not form.is_valid():
        return rater_screen(request, study, number, form=form, status=422)
    text = form.cleaned_data["text"]
    send_to_rater(enrolment=enrolment, sender=user_of(request), text=text, now=timezone.now())
    messages.success(request, "The message is sent. The rater sees it in their rating pages.")
    return redirect("stages:rater", slug=slug, number=number)


def _act(request: HttpRequest, slug: str, number: int, act: Callable[[Enrolment], str]) -> HttpResponse:
    study = get_study(request.user, slug, *MANAGE)
    messages.success(request, act(human_of(study, number)))
    return redirect("stages:rater", slug=slug, number=number)


def _stage(study: Study, number: int) -> Stage:
    return get_object_or_404(study.stages, number=number)
