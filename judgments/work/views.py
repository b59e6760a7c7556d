"""The stages of a study, for those who manage it: plan, open, pause, close, and how far they are."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.refusals import told_on
from accounts.signed_in import user_of
from conversations.enums import StageState
from conversations.models import Stage, Study
from conversations.permissions import MANAGE, READ, get_study
from judgments.stages import behaviour
from judgments.work import opening
from judgments.work.control_counts import controls_of
from judgments.work.estimates import estimate_of
from judgments.work.filling import filling_of
from judgments.work.filling_words import in_words
from judgments.work.forms import StageForm
from judgments.work.progress import Progress, holds_judgments, progress_of
from judgments.work.tasks import announce_material

type Act = Callable[..., object]


@login_required
@require_safe
def card(request: HttpRequest, slug: str) -> HttpResponse:
    study = get_study(request.user, slug, *READ)
    rows = [(stage, progress, _was_rated_elsewhere(stage, progress)) for stage, progress in _progress_of(study)]
    is_moving = any(stage.state == StageState.OPEN for stage, _progress, _elsewhere in rows)
    return render(request, "judgments/stages_card.html", {"study": study, "rows": rows, "is_moving": is_moving})


@login_required
@require_http_methods(["GET", "POST"])
def stage(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """One stage: its settings, what opening it would take, and its progress."""
    roles = READ if request.method == "GET" else MANAGE
    study = get_study(request.user, slug, *roles)
    found = get_object_or_404(study.stages, number=number)
    form = StageForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid() and _update(request, found, form):
        return redirect("stages:stage", slug=slug, number=number)
    progress = progress_of(found)
    context = {
        "study": study,
        "stage": found,
        "form": form,
        "estimate": estimate_of(found) if found.state == StageState.DRAFT else None,
        "controls": controls_of(found) if behaviour(number).has_sides else None,
        "progress": progress,
        "rated_elsewhere": _was_rated_elsewhere(found, progress),
        "guidelines": found.guidelines.first(),
        "is_building": found.state == StageState.OPEN and found.is_building,
        "may_open": found.state != StageState.CLOSED or opening.opens_again(found, user_of(request)),
    }
    return render(request, "judgments/stage.html", context)


@login_required
@require_safe
def building(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """How far the tasks of a big stage are built, asked for until they are."""
    study = get_study(request.user, slug, *READ)
    found = get_object_or_404(study.stages, number=number)
    context = {
        "study": study,
        "stage": found,
        "progress": progress_of(found),
        "is_building": found.state == StageState.OPEN and found.is_building,
    }
    return render(request, "judgments/stage_building.html", context)


@login_required
@require_safe
def filling(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Whether there are raters enough: a part of the stage's page."""
    study = get_study(request.user, slug, *READ)
    found = get_object_or_404(study.stages.select_related("study"), number=number)
    words = in_words(filling_of(found, now=timezone.now()))
    return render(request, "judgments/stage_filling.html", {"words": words})


def _progress_of(study: Study) -> list[tuple[Stage, Progress]]:
    return [(stage, progress_of(stage)) for stage in study.stages.all()]


def _was_rated_elsewhere(stage: Stage, progress: Progress) -> bool:
    """All of it, so that no rating is waited for here."""
    return stage.state != StageState.DRAFT and not progress.total and holds_judgments(stage)


def _update(request: HttpRequest, found: Stage, form: StageForm) -> bool:
    try:
        opening.update_stage(stage=found, actor=user_of(request), **form.cleaned_data)
    except opening.StageRefused as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, "The stage's settings are saved.")
    return True


@login_required
@require_POST
@told_on("stages:stage", "slug", "number")
def open_stage(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    response = _change(
        request, slug, number, opening.open_stage, "Stage {} is open. Send its entry link to the raters."
    )
    announce_material()
    return response


@login_required
@require_POST
@told_on("stages:stage", "slug", "number")
def pause_stage(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    return _change(request, slug, number, opening.pause_stage, "Stage {} is paused. Nothing that raters gave is lost.")


@login_required
@require_POST
@told_on("stages:stage", "slug", "number")
def close_stage(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    return _change(request, slug, number, opening.close_stage, "Stage {} is closed.")


def _change(request: HttpRequest, slug: str, number: int, act: Act, done: str) -> HttpResponse:
    study = get_study(request.user, slug, *MANAGE)
    found: Stage = get_object_or_404(study.stages, number=number)
    act(stage=found, actor=user_of(request), now=timezone.now())
    messages.success(request, done.format(number))
    return redirect("stages:stage", slug=slug, number=number)
