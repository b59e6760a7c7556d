"""A stage's pages as raters get them, for who manages or reads the study. Nothing of it is stored."""

import secrets
from collections.abc import Callable
from dataclasses import replace

from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from conversations.enums import StageState
from conversations.markdown import render as render_markdown
from conversations.models import Stage
from conversations.permissions import READ, get_study
from judgments.eligibility.live import live_tasks
from judgments.enums import TaskKind
from judgments.models import Task
from judgments.rating.left_out import rest_answer
from judgments.rating.page_context import key_legend
from judgments.rating.steps import Step
from judgments.rating.task_page import ShownPage, build_page, shown_units
from judgments.stages import behaviour
from judgments.work.building import build_units

_SAMPLE = 5  # targets of a stage whose pages are not built yet


@login_required
@never_cache
@require_safe
def preview(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    return _answered(request, slug, number, _shown)


@login_required
@never_cache
@require_safe
def material(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """What was too long to be sent with a page, once it is opened."""
    return _answered(request, slug, number, _rest)


def _answered(request: HttpRequest, slug: str, number: int, answer: Callable[..., HttpResponse]) -> HttpResponse:
    study = get_study(request.user, slug, *READ)
    stage = get_object_or_404(Stage.objects.select_related("study"), study=study, number=number)
    if stage.state != StageState.DRAFT or _tasks(stage).exists():
        return answer(request, stage)
    with transaction.atomic():
        _build_sample(stage)
        made = answer(request, stage, is_sample=True)
        transaction.set_rollback(True)
    return made


def _build_sample(stage: Stage) -> None:
    """Of the first few targets, whatever the gating says. Whoever calls this rolls it back."""
    targets = behaviour(stage.number).targets(stage).order_by("id").values_list("id", flat=True)
    build_units(stage=stage, target_ids=list(targets[:_SAMPLE]))


def _tasks(stage: Stage) -> QuerySet[Task]:
    return live_tasks(stage).filter(kind=TaskKind.REGULAR).order_by("id")


def _shown(request: HttpRequest, stage: Stage, *, is_sample: bool = False) -> HttpResponse:
    shown = _page_asked_for(request, stage)
    drawn = _draw(request, shown.object_list[0], stage, at=shown.number) if shown.object_list else None
    page = build_page(drawn, study=stage.study) if drawn else None
    guidelines = stage.guidelines.first()
    context = {
        "study": stage.study,
        "stage": stage,
        "is_sample": is_sample,
        "page": replace(page, flagged=False) if page else None,
        "is_flagged": bool(page and page.flagged),
        "pages": shown,
        "goes_on": _next_step(drawn, at=shown.number) if drawn else "",
        "guidelines": render_markdown(guidelines.text) if guidelines else "",
        "keys": key_legend(stage.number),
    }
    return render(request, "judgments/preview.html", context)


def _with_material(tasks: QuerySet[Task]) -> QuerySet[Task]:
    return tasks.select_related(
        "subject",
        "case__prompt",
        "comparison__case__prompt",
        "comparison__generic",
        "comparison__personalized",
    )


def _page_asked_for(request: HttpRequest, stage: Stage) -> "Page[Task]":
    return Paginator(_with_material(_tasks(stage)), 1).get_page(request.GET.get("page"))


def _draw(request: HttpRequest, task: Task, stage: Stage, *, at: int) -> ShownPage:
    """Sides are drawn anew at every view; what comes later of the page has to name how they were drawn."""
    step = _step(request, stage)
    side = None
    if task.comparison_id:
        side = request.GET.get("drawn") == "1" if step == Step.ATTRIBUTES else secrets.choice((True, False))
    return ShownPage(task, stage, side, _material_url(stage, at=at, side=side, step=step), step=step)


def _step(request: HttpRequest, stage: Stage) -> Step:
    if not behaviour(stage.number).shows_card(stage):
        return Step.WHOLE
    return Step.ATTRIBUTES if request.GET.get("step") == Step.ATTRIBUTES.value else Step.OVERALL


def _next_step(drawn: ShownPage, *, at: int) -> str:
    """The query of the same page's other units, which raters are asked once their overall answer is stored."""
    if drawn.step != Step.OVERALL or not shown_units(replace(drawn, step=Step.ATTRIBUTES)):
        return ""
    return _query_of(at=at, side=drawn.personalized_left) + f"step={Step.ATTRIBUTES.value}"


def _material_url(stage: Stage, *, at: int, side: bool | None, step: Step) -> str:
    address = reverse("stages:preview-material", args=[stage.study.slug, stage.number])
    return address + _query_of(at=at, side=side) + (f"step={step.value}&" if step == Step.ATTRIBUTES else "")


def _query_of(*, at: int, side: bool | None) -> str:
    drawn = "" if side is None else f"&drawn={int(side)}"
    return f"?page={at}{drawn}&"


def _rest(request: HttpRequest, stage: Stage, *, is_sample: bool = False) -> HttpResponse:
    shown = _page_asked_for(request, stage)
    if not shown.object_list:
        raise Http404("There is nothing to judge.")
    task = shown.object_list[0]
    step = _step(request, stage)
    side = request.GET.get("drawn") == "1" if task.comparison_id else None
    page = ShownPage(task, stage, side, _material_url(stage, at=shown.number, side=side, step=step), step=step)
    return rest_answer(request, page, study=stage.study)
