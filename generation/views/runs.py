"""Runs: the card on the study page, starting one, following it, stopping it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.refusals import told_on
from accounts.signed_in import user_of
from conversations.models import Study
from conversations.permissions import MANAGE, READ, get_study
from generation import tasks
from generation.enums import ItemState, RunState
from generation.forms import ResumeForm
from generation.kinds.kind import GenerationKind
from generation.kinds.registry import kind_of, shown_kinds
from generation.kinds.run_form import RunForm
from generation.models import Run
from generation.queries import progress
from generation.queries.next_step import next_step
from generation.services import runs
from generation.services.endpoints import ensure_default_endpoint

_CARD_RUNS = 5


@login_required
@require_safe
def card(request: HttpRequest, slug: str) -> HttpResponse:
    study = get_study(request.user, slug, *READ)
    shown = list(progress.runs_of(study)[:_CARD_RUNS])
    active = any(run.state == RunState.RUNNING for run in shown)
    return render(
        request,
        "generation/card.html",
        {
            "study": study,
            "kinds": [kind for kind in shown_kinds() if kind.is_on_study_page],
            "runs": shown,
            "active": active,
            "silence": progress.silence(now=timezone.now()) if active else "",
            "next_step": next_step(study),
            "held": progress.held_comparisons(study).count(),
        },
    )


@login_required
@require_safe
def run_list(request: HttpRequest, slug: str) -> HttpResponse:
    study = get_study(request.user, slug, *READ)
    context = {"study": study, "kinds": shown_kinds(), "runs": progress.runs_of(study)[:200]}
    return render(request, "generation/run_list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
@told_on("generation:run-create", "slug", "kind")
def create_run(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """Asked twice: first for what it would take, then to start."""
    study = get_study(request.user, slug, *MANAGE)
    wanted = _kind(kind)
    endpoint = ensure_default_endpoint(study)
    form = wanted.form(request.POST or None, study=study, initial={"endpoint": endpoint})
    context: dict[str, Any] = {"study": study, "form": form, "kind": wanted}
    if request.method == "POST" and form.is_valid():
        if "start" in request.POST:
            return _start(request, study, form, wanted)
        context["estimate"] = wanted.estimate(
            study, form.cleaned_data["endpoint"], form.configuration(), limit=form.cleaned_data["limit"]
        )
        context["endpoint"] = form.cleaned_data["endpoint"]
    return render(request, "generation/run_form.html", context)


def _kind(name: str) -> GenerationKind[Any]:
    try:
        return kind_of(name)
    except ValueError as unknown:
        raise Http404 from unknown


def _start(request: HttpRequest, study: Study, form: RunForm, kind: GenerationKind[Any]) -> HttpResponse:
    chosen = form.cleaned_data
    try:
        run = kind.start(
            study=study,
            endpoint=chosen["endpoint"],
            configuration=form.configuration(),
            limit=chosen["limit"],
            budget=chosen["budget"],
            actor=user_of(request),
            now=timezone.now(),
        )
    except runs.NothingToDo as refusal:
        messages.info(request, str(refusal))
        return redirect("conversations:study", slug=study.slug)
    tasks.announce(run.endpoint_id)
    return redirect("generation:run", slug=study.slug, run_id=run.pk)


def _run(study: Study, run_id: int) -> Run:
    return get_object_or_404(Run.objects.select_related("system", "endpoint", "study"), study=study, pk=run_id)


@login_required
@require_safe
def show_run(request: HttpRequest, slug: str, run_id: int) -> HttpResponse:
    study = get_study(request.user, slug, *READ)
    run = _run(study, run_id)
    state = request.GET.get("state", "")
    items, older = progress.items_after(run, state=state, after=_number(request.GET.get("after")))
    return render(
        request,
        "generation/run.html",
        {
            **_progress_context(study, run),
            **_outcome_context(request, run),
            "items": items,
            "next_after": older,
            "state": state,
            "states": ItemState.choices,
            "configuration": _shown_configuration(run),
            "kind": kind_of(run.kind),
        },
    )


@login_required
@require_safe
def run_progress(request: HttpRequest, slug: str, run_id: int) -> HttpResponse:
    study = get_study(request.user, slug, *READ)
    return render(request, "generation/run_progress.html", _progress_context(study, _run(study, run_id)))


def _progress_context(study: Study, run: Run) -> dict[str, Any]:
    now = timezone.now()
    active = run.state == RunState.RUNNING
    return {
        "study": study,
        "run": run,
        "progress": progress.progress_of(run, now=now),
        "reasons": progress.reasons_of(run),
        "spending": progress.spending_of(run),
        "active": active,
        "silence": progress.silence(now=now) if active else "",
        "resume_form": ResumeForm(initial={"budget": run.budget}),
    }


def _outcome_context(request: HttpRequest, run: Run) -> dict[str, Any]:
    """What the run's kind says of what it came to."""
    outcome = kind_of(run.kind).outcome
    found = outcome.context(run, user_of(request)) if outcome else {}
    return {**found, "outcome": outcome.template} if outcome and found else {}


def _shown_configuration(run: Run) -> list[tuple[str, str]]:
    said = {**run.configuration, **run.configuration.get("parameters", {})}
    flat = {name: value for name, value in said.items() if value is not None}
    names = {name: name.replace("_", " ") for name in flat if name not in {"templates", "parameters"}}
    templates = ", ".join(f"{name} v{version}" for name, version in run.configuration["templates"].items())
    shown = [("prompt templates", templates)] if templates else []
    return [*shown, *((names[key], str(flat[key])) for key in names)]


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 19 else 0


@login_required
@require_POST
def pause_run(request: HttpRequest, slug: str, run_id: int) -> HttpResponse:
    run = _run(get_study(request.user, slug, *MANAGE), run_id)
    runs.pause_run(run=run, actor=user_of(request))
    return redirect("generation:run", slug=slug, run_id=run_id)


@login_required
@require_POST
def resume_run(request: HttpRequest, slug: str, run_id: int) -> HttpResponse:
    run = _run(get_study(request.user, slug, *MANAGE), run_id)
    form = ResumeForm(request.POST)
    if not form.is_valid():
        messages.error(request, "The budget must be a number, 0 or more.")
        return redirect("generation:run", slug=slug, run_id=run_id)
    runs.resume_run(run=run, actor=user_of(request), budget=form.cleaned_data["budget"])
    tasks.announce(run.endpoint_id)
    return redirect("generation:run", slug=slug, run_id=run_id)


@login_required
@require_POST
def cancel_run(request: HttpRequest, slug: str, run_id: int) -> HttpResponse:
    run = _run(get_study(request.user, slug, *MANAGE), run_id)
    runs.cancel_run(run=run, actor=user_of(request), now=timezone.now())
    messages.success(request, "The run is cancelled. Answers that are on their way are kept when they arrive.")
    return redirect("generation:run", slug=slug, run_id=run_id)


@login_required
@require_POST
def retry_run(request: HttpRequest, slug: str, run_id: int) -> HttpResponse:
    run = _run(get_study(request.user, slug, *MANAGE), run_id)
    count = runs.retry_failed(
        run=run, actor=user_of(request), now=timezone.now(), reason_code=request.POST.get("reason", "")
    )
    tasks.announce(run.endpoint_id)
    messages.success(request, f"{count} failed item{'' if count == 1 else 's'} will be tried again.")
    return redirect("generation:run", slug=slug, run_id=run_id)
