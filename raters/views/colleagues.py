"""Colleagues who rate: signed in, with the role of a rater, without a link."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from conversations.enums import Role, StageState
from conversations.models import Stage
from conversations.permissions import get_study
from raters.services.colleagues import members_link
from raters.views.arrival import arrive_by


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def start(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    study = get_study(request.user, slug, Role.RATER)
    stage = get_object_or_404(Stage, study=study, number=number)
    if stage.state == StageState.DRAFT:
        raise Http404("This stage was not opened yet.")
    return arrive_by(request, members_link(stage))
