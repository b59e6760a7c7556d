"""Gold, practice and attention tasks of a stage, for those who manage the study."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.signed_in import user_of
from conversations.models import Stage
from conversations.permissions import MANAGE, get_study
from judgments.authoring import reads, twins
from judgments.authoring.forms import TwinForm
from judgments.enums import AUTHORED, TaskKind
from judgments.models import Task
from judgments.work.gold_agreement import agreement_by_task

TASKS_PER_PAGE = 20


@dataclass(frozen=True, slots=True)
class TwinRow:
    task: Task
    right: int
    total: int


@login_required
@require_safe
def task_list(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    found = _stage(request, slug, number)
    page = _list_part(request, reads.twins(found))
    agreement = agreement_by_task(stage=found, task_ids=[task.pk for task in page])
    rows = [TwinRow(task, *agreement.get(task.pk, (0, 0))) for task in page]
    context = {
        "study": found.study,
        "stage": found,
        "rows": rows,
        "page": page,
        "question_count": reads.questions(found).count(),
    }
    return render(request, "judgments/gold/list.html", context)


@login_required
@require_safe
def pick(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The regular tasks that one can be made from."""
    found = _stage(request, slug, number)
    search = request.GET.get("q", "")[:200]
    context = {
        "study": found.study,
        "stage": found,
        "search": search,
        "page": _list_part(request, reads.originals(found, search=search)),
    }
    return render(request, "judgments/gold/pick.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def create(request: HttpRequest, slug: str, number: int, task_id: int) -> HttpResponse:
    found = _stage(request, slug, number)
    task = get_object_or_404(reads.original(found, task_id))
    form = TwinForm(request.POST or None, task=task)
    if request.method == "POST" and form.is_valid():
        kind = TaskKind(form.cleaned_data["kind"])
        try:
            twins.make_twin(
                task=task,
                kind=kind,
                units=form.chosen(),
                instruction=form.told(),
                actor=user_of(request),
                now=timezone.now(),
            )
        except twins.TwinRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"Made: {kind.label.lower()}.")
            return redirect("stages:gold", slug, number)
    context = {"study": found.study, "stage": found, "task": task, "form": form}
    return render(request, "judgments/gold/form.html", context)


@login_required
@require_POST
def retire(request: HttpRequest, slug: str, number: int, task_id: int) -> HttpResponse:
    task = _twin(request, slug, number, task_id)
    twins.retire_twin(task=task, actor=user_of(request), now=timezone.now())
    messages.success(request, "Retired: nobody gets it any more. What was judged of it stays.")
    return redirect("stages:gold", slug, number)


@login_required
@require_POST
def restore(request: HttpRequest, slug: str, number: int, task_id: int) -> HttpResponse:
    twins.restore_twin(task=_twin(request, slug, number, task_id), actor=user_of(request))
    messages.success(request, "It is given out again.")
    return redirect("stages:gold", slug, number)


def _stage(request: HttpRequest, slug: str, number: int) -> Stage:
    study = get_study(request.user, slug, *MANAGE)
    return get_object_or_404(study.stages.select_related("study"), number=number)


def _twin(request: HttpRequest, slug: str, number: int, task_id: int) -> Task:
    found = _stage(request, slug, number)
    return get_object_or_404(Task.objects.filter(kind__in=AUTHORED, stage=found), pk=task_id)


def _list_part(request: HttpRequest, tasks: QuerySet[Task]) -> Page[Task]:
    return Paginator(tasks, TASKS_PER_PAGE).get_page(request.GET.get("page"))
