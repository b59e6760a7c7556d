"""Comparisons that the leak scan holds back, and letting them go."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.refusals import told_on
from accounts.signed_in import user_of
from conversations.permissions import MANAGE, get_study
from generation import tasks
from generation.kinds.responses.held_comparisons import release_held, rewrite_comparison
from generation.queries.progress import being_rewritten, held_comparisons

_PAGE = 50


@login_required
@require_safe
def held_list(request: HttpRequest, slug: str) -> HttpResponse:
    study = get_study(request.user, slug, *MANAGE)
    before = request.GET.get("before", "")
    held = held_comparisons(study).select_related("generic", "personalized")
    if before.isdecimal() and len(before) < 19:
        held = held.filter(pk__lt=int(before))
    found = list(held[: _PAGE + 1])
    older = f"?before={found[_PAGE - 1].pk}" if len(found) > _PAGE else ""
    context = {
        "study": study,
        "comparisons": found[:_PAGE],
        "being_rewritten": being_rewritten(found[:_PAGE]),
        "older": older,
    }
    return render(request, "generation/held.html", context)


@login_required
@require_POST
@told_on("generation:held", "slug")
def release(request: HttpRequest, slug: str, comparison_id: int) -> HttpResponse:
    study = get_study(request.user, slug, *MANAGE)
    comparison = get_object_or_404(held_comparisons(study), pk=comparison_id)
    release_held(comparison=comparison, actor=user_of(request), now=timezone.now())
    messages.success(request, "The comparison is released: raters can get it.")
    return redirect("generation:held", slug=slug)


@login_required
@require_POST
@told_on("generation:held", "slug")
def rewrite(request: HttpRequest, slug: str, comparison_id: int) -> HttpResponse:
    study = get_study(request.user, slug, *MANAGE)
    comparison = get_object_or_404(held_comparisons(study), pk=comparison_id)
    run = rewrite_comparison(comparison=comparison, actor=user_of(request), now=timezone.now())
    tasks.announce(run.endpoint_id)
    messages.success(
        request, "What would unblind a rater is being written again. What comes is scanned like any other."
    )
    return redirect("generation:held", slug=slug)
