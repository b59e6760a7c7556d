"""A unit that the report names: what was judged, by whom and how, and where it came from."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.signed_in import user_of
from conversations.permissions import READ, get_study
from judgments.disclosure import look
from judgments.enums import LookWay
from judgments.models import Consensus
from judgments.stages import behaviour
from reports.report.units import labels_of, regular_units, unit_text


@login_required
@require_safe
def unit(request: HttpRequest, slug: str, unit_id: int) -> HttpResponse:
    study, user = get_study(request.user, slug, *READ), user_of(request)
    found = get_object_or_404(regular_units(study), pk=unit_id)
    stage = found.task.stage.number
    if look(study=study, user=user, by=LookWay.UNIT_PAGE, now=timezone.now(), at=[stage]).hides(stage):
        raise PermissionDenied("The labels of this stage are shown once it is closed.")
    agreed = Consensus.objects.filter(unit=found).first()
    context = {
        "study": study,
        "text": unit_text(found),
        "labels": labels_of(study, found),
        "consensus": agreed and behaviour(stage).consensus_in_words(agreed.label),
    }
    return render(request, "reports/report/unit.html", context)
