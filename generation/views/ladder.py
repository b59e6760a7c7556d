"""The ladder: what measuring each stage takes, how far it is, and the buttons that start its runs."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.refusals import Refusal
from accounts.signed_in import user_of
from conversations.enums import StageNumber
from conversations.models import Stage, Study
from conversations.permissions import MANAGE, READ, get_study
from generation import tasks
from generation.ladder.cost import cost_of
from generation.ladder.form import USUAL_GIVEN, LadderForm
from generation.ladder.scope import usable_cases
from generation.ladder.starting import RESPONSES, SELECTIONS, start_step
from generation.ladder.steps import DONE, RUNNING, steps_of
from generation.models import Endpoint
from generation.queries import progress
from judgments.work.filling import filling_of
from judgments.work.filling_words import FillingInWords, in_words


@login_required
@require_safe
def show(request: HttpRequest, slug: str) -> HttpResponse:
    study = get_study(request.user, slug, *READ)
    role = study.memberships.get(user=user_of(request)).role
    context: dict[str, Any] = {"study": study, "may_start": role in MANAGE, "cases": usable_cases(study).count()}
    first = Endpoint.objects.filter(study=study).order_by("name").first()
    if first is not None and context["cases"]:
        form = LadderForm(_asked(request.GET, first), study=study)
        context |= {"form": form, **(_found(form) if form.is_valid() else {})}
    return render(request, "generation/ladder.html", context)


def _asked(given: QueryDict, first: Endpoint) -> dict[str, Any]:
    """An address without a choice is about the first system and all cases."""
    return {"endpoint": first.pk, "max_given": USUAL_GIVEN, **given.dict()}


def _found(form: LadderForm) -> dict[str, Any]:
    ladder = form.ladder
    steps = steps_of(ladder)
    is_active = any(step.state == RUNNING for step in steps)
    return {
        "ladder": ladder,
        "steps": steps,
        "cost": cost_of(ladder),
        # Before all three arms are there it would speak of fewer raters than the ladder needs.
        "filling": _filling(ladder.study) if all(step.state == DONE for step in steps if step.key) else None,
        "is_done": all(step.state == DONE for step in steps),
        "is_active": is_active,
        "silence": progress.silence(now=timezone.now()) if is_active else "",
    }


def _filling(study: Study) -> FillingInWords:
    stage = Stage.objects.select_related("study").get(study=study, number=StageNumber.RESPONSE)
    return in_words(filling_of(stage, now=timezone.now()))


@login_required
@require_POST
def start(request: HttpRequest, slug: str, step: str) -> HttpResponse:
    """A run of what the step lacks; back to the same ladder."""
    study = get_study(request.user, slug, *MANAGE)
    if step not in {*SELECTIONS, *RESPONSES}:
        raise Http404
    form = LadderForm(request.POST, study=study)
    if not form.is_valid():
        messages.error(request, "Choose a system, cases and how many attributes first.")
        return redirect("generation:ladder", slug=slug)
    _start(request, form, step)
    return redirect(_address(study, form))


def _start(request: HttpRequest, form: LadderForm, step: str) -> None:
    try:
        run = start_step(form.ladder, step, actor=user_of(request), now=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return
    tasks.announce(run.endpoint_id)
    messages.success(request, f"Run {run.pk} is started.")


def _address(study: Study, form: LadderForm) -> str:
    chosen = QueryDict(mutable=True)
    chosen.update({name: form.data[name] for name in form.fields if form.data.get(name)})
    return f"{reverse('generation:ladder', args=[study.slug])}?{chosen.urlencode()}"
