"""Lists for a crowd platform: whom to approve, to pay a bonus, to screen out."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST, require_safe

from accounts.signed_in import user_of
from conversations.permissions import MANAGE, get_study
from conversations.spreadsheets import csv_response
from judgments.crowd.acts import record_crowd_download
from judgments.crowd.lists import crowd_links, crowd_lists, has_token
from judgments.crowd.views.sending import acts_context
from raters.enums import Platform
from raters.models import EntryLink

KINDS = ("approve", "bonus", "screen-out")


@login_required
@require_safe
def crowd(request: HttpRequest, slug: str) -> HttpResponse:
    study = get_study(request.user, slug, *MANAGE)
    rows = [
        {
            "link": link,
            "lists": crowd_lists(study, link),
            **(acts_context(study, link) if link.platform == Platform.PROLIFIC else {}),
        }
        for link in crowd_links(study)
    ]
    return render(request, "judgments/crowd.html", {"study": study, "rows": rows, "has_token": has_token(study)})


@login_required
@require_POST
def crowd_list(request: HttpRequest, slug: str, link_id: int, kind: str) -> HttpResponse:
    """With the platform's ids: only who manages gets them, when they ask, and it is written down."""
    study = get_study(request.user, slug, *MANAGE)
    links = EntryLink.objects.filter(stage__study=study).exclude(platform=Platform.OPEN)
    link = get_object_or_404(links, pk=link_id)
    lists = crowd_lists(study, link)
    if kind not in KINDS:
        raise Http404("There is no such list.")
    # As Prolific takes them: submissions to approve and screen out one a line, bonuses as participant and amount.
    rows = {
        "approve": [[visit.arrival.session_id or ""] for visit in lists.approve],
        "bonus": [[visit.arrival.enrolment.external_id or "", str(visit.due)] for visit in lists.bonus],
        "screen-out": [[visit.arrival.session_id or ""] for visit in lists.screen_out],
    }[kind]
    record_crowd_download(link=link, kind=kind, actor=user_of(request), visits=len(rows))
    return csv_response(rows, filename=f"{study.slug}-{kind}-{link.pk}.csv")
