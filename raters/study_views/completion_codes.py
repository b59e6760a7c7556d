"""One entry link: the address to paste into the platform, its codes, and who came by it."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.signed_in import user_of
from conversations.permissions import MANAGE, get_study
from raters.forms import CompletionCodesForm
from raters.incoming import address_to_paste
from raters.models import EntryLink
from raters.platforms.registry import platform_of
from raters.queries import arrivals_by
from raters.services import links as services

SHOWN = 200


@login_required
@require_http_methods(["GET", "POST"])
def link_screen(request: HttpRequest, slug: str, link_id: int) -> HttpResponse:
    study = get_study(request.user, slug, *MANAGE)
    link = get_object_or_404(EntryLink.objects.select_related("stage"), pk=link_id, stage__study=study)
    known = dict(link.completion_codes.values_list("outcome", "code"))
    form = CompletionCodesForm(request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid():
        services.set_completion_codes(link=link, codes=form.cleaned_data, actor=user_of(request))
        messages.success(request, "The codes are saved.")
        return redirect("raters:link", slug, link.pk)
    address = settings.BASE_URL.rstrip("/") + reverse("arrival:arrive", args=[link.token])
    context = {
        "study": study,
        "link": link,
        "platform": platform_of(link.platform),
        "form": form,
        "address": address_to_paste(link, address),
        "arrivals": arrivals_by(link)[:SHOWN],
        "shown": SHOWN,
    }
    return render(request, "raters/link.html", context)
