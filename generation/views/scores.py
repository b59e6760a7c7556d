"""Scores become judgments: thresholds are chosen, as often as there is more consensus."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.refusals import told_on
from accounts.signed_in import user_of
from conversations.permissions import MANAGE, get_study
from generation.kinds.scores.choosing_thresholds import choose_thresholds
from generation.kinds.scores.outcome import ThresholdsForm
from generation.models import Run


@login_required
@require_POST
@told_on("generation:run", "slug", "run_id")
def choose(request: HttpRequest, slug: str, run_id: int) -> HttpResponse:
    """For all units that the run's rater has scored, those of other runs too."""
    study = get_study(request.user, slug, *MANAGE)
    run = get_object_or_404(Run.objects.select_related("rater"), study=study, pk=run_id)
    form, back = ThresholdsForm(request.POST), redirect("generation:run", slug=slug, run_id=run_id)
    if not form.is_valid():
        messages.error(request, "The number of folds must be from 2 to 50.")
        return back
    if run.rater is None:
        messages.error(request, "The run has scored nothing.")
        return back
    chosen = choose_thresholds(
        study=study, rater=run.rater, folds=form.cleaned_data["folds"], actor=user_of(request), now=timezone.now()
    )
    messages.success(request, f"Thresholds are chosen. Judgments that are new or changed: {chosen.labels}.")
    return back
