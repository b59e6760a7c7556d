"""What a stage's page says before it is opened: how many raters a verdict at the margin needs."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from conversations.permissions import READ, get_study
from reports.report.reads import planned_comparisons


@login_required
@require_safe
def raters_needed(request: HttpRequest, slug: str) -> HttpResponse:
    """A part of the page of stage 3."""
    from reports.report.figures.raters_needed import usual_raters_needed

    study = get_study(request.user, slug, *READ)
    planned = planned_comparisons(study)
    needed = usual_raters_needed(
        float(study.margin),
        subjects=planned.subjects,
        prompts=planned.prompts,
        comparisons=planned.comparisons,
        k=study.stages.get(number=3).k,
    )
    return render(request, "reports/report/raters_needed.html", {"needed": needed})
