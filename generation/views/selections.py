"""Labels of stage 2 become a selection, as often as there are more of them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.refusals import told_on
from accounts.signed_in import user_of
from conversations.permissions import MANAGE, get_study
from generation.models import Run
from generation.services.labels_as_selections import NothingToUse, use_labels_as_selection


@login_required
@require_POST
@told_on("generation:run", "slug", "run_id")
def use(request: HttpRequest, slug: str, run_id: int) -> HttpResponse:
    """All labels of the run's rater at stage 2, those of other runs too."""
    study = get_study(request.user, slug, *MANAGE)
    run = get_object_or_404(Run.objects.select_related("rater"), study=study, pk=run_id)
    if run.rater is None:
        raise NothingToUse("The run has no labels.")
    used = use_labels_as_selection(study=study, rater=run.rater, actor=user_of(request), now=timezone.now())
    messages.success(request, str(used))
    return redirect("generation:run", slug=slug, run_id=run_id)
