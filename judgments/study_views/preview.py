"""A stage's pages as raters get them, for who manages or reads the study. Nothing of it is stored."""

import secrets
from dataclasses import replace

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from conversations.markdown import render as render_markdown
from conversations.models import Stage
from conversations.permissions import READ, get_study
from judgments.enums import TaskKind
from judgments.models import Assignment, Task
from judgments.pages import TaskPage, build_page
from judgments.queries.work import live_tasks
from judgments.visits import key_legend

_NOBODY = 0  # no rater has this number, so no rater's own order of units is told


@login_required
@never_cache
@require_safe
def preview(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    study = get_study(request.user, slug, *READ)
    stage = get_object_or_404(Stage.objects.select_related("study"), study=study, number=number)
    tasks = live_tasks(stage).filter(kind=TaskKind.REGULAR, withdrawn_at__isnull=True).order_by("id")
    shown = Paginator(_with_material(tasks), 1).get_page(request.GET.get("page"))
    page = _page_of(shown.object_list[0], stage) if shown.object_list else None
    guidelines = stage.guidelines.first()
    context = {
        "study": study,
        "stage": stage,
        "page": replace(page, flagged=False) if page else None,
        "is_flagged": bool(page and page.flagged),
        "pages": shown,
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


def _page_of(task: Task, stage: Stage) -> TaskPage:
    """Built from an assignment that is never saved. Sides are drawn anew at every view."""
    side = secrets.choice((True, False)) if task.comparison_id else None
    drawn = Assignment(task=task, stage=stage, rater_id=_NOBODY, personalized_left=side)
    return build_page(drawn, study=stage.study)
