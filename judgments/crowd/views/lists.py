"""Lists for a crowd platform: whom to approve, to pay a bonus, to screen out."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST, require_safe

from accounts.signed_in import user_of
from conversations.permissions import MANAGE, get_study
from conversations.spreadsheets import csv_response
from judgments.crowd.acts import record_crowd_download
from judgments.crowd.lists import crowd_links, crowd_lists, entry_links_of_crowds, platform_with_token
from judgments.crowd.platforms.registry import crowd_platform, example_name, platforms_with_api
from judgments.crowd.views.sending import acts_context, kind_of


@login_required
@require_safe
def crowd(request: HttpRequest, slug: str) -> HttpResponse:
    study = get_study(request.user, slug, *MANAGE)
    with_token = platform_with_token(study)
    rows = [
        {
            "link": link,
            "lists": crowd_lists(study, link),
            "is_sent": link.platform == with_token,
            **(acts_context(study, link) if crowd_platform(link.platform).api else {}),
        }
        for link in crowd_links(study)
    ]
    context = {
        "study": study,
        "rows": rows,
        "with_token": with_token,
        "told": platforms_with_api(),
        "example": example_name(),
    }
    return render(request, "judgments/crowd.html", context)


@login_required
@require_POST
def crowd_list(request: HttpRequest, slug: str, link_id: int, kind: str) -> HttpResponse:
    """With the platform's ids: only who manages gets them, when they ask, and it is written down."""
    study = get_study(request.user, slug, *MANAGE)
    link = get_object_or_404(entry_links_of_crowds(study), pk=link_id)
    listed, platform = kind_of(kind), crowd_platform(link.platform)
    rows = [platform.row(listed, one.arrival, one.due) for one in crowd_lists(study, link).of(listed)]
    record_crowd_download(link=link, kind=kind, actor=user_of(request), arrivals=len(rows))
    return csv_response(rows, filename=f"{study.slug}-{kind}-{link.pk}.csv")
