"""Conversations that were exported again with other turns, and a person's choice between the two."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.refusals import told_on
from accounts.signed_in import user_of
from conversations.models import ConversationVersion
from conversations.permissions import MANAGE, get_study
from conversations.services import versions

ON_THE_PAGE = 20
_SHOWN_TURNS = 6


@login_required
@require_http_methods(["GET", "POST"])
@told_on("conversations:choices", "slug")
def choices(request: HttpRequest, slug: str) -> HttpResponse:
    study = get_study(request.user, slug, *MANAGE)
    if request.method == "POST":
        number, take = request.POST.get("version", ""), request.POST.get("choice") == "take"
        version_id = int(number) if number.isascii() and number.isdigit() and len(number) < 19 else 0
        versions.choose(study=study, version_id=version_id, take=take, actor=user_of(request), now=timezone.now())
        messages.success(request, "It is taken." if take else "It is left out.")
        return redirect("conversations:choices", slug=slug)
    found = list(versions.waiting_versions(study)[: ON_THE_PAGE + 1])
    context = {
        "study": study,
        "waiting": [_shown(one) for one in found[:ON_THE_PAGE]],
        "more": len(found) > ON_THE_PAGE,
    }
    return render(request, "conversations/batches/choices.html", context)


def _shown(version: ConversationVersion) -> dict[str, object]:
    """What both begin with is passed over: what differs is read."""
    stored, other = version.conversation.turns, version.turns
    same = next(
        (at for at, (one, two) in enumerate(zip(stored, other, strict=False)) if one != two),
        min(len(stored), len(other)),
    )
    return {
        "version": version,
        "same": same,
        "stored": stored[same : same + _SHOWN_TURNS],
        "stored_more": max(0, len(stored) - same - _SHOWN_TURNS),
        "other": other[same : same + _SHOWN_TURNS],
        "other_more": max(0, len(other) - same - _SHOWN_TURNS),
    }
