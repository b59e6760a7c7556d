"""The crowd platform is told through its API: the token, what is sent after a look at it, and what became of it."""

import uuid
from decimal import Decimal

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.refusals import told_on
from accounts.signed_in import user_of
from conversations.models import Study
from conversations.permissions import MANAGE, get_study
from judgments.crowd import acts as services
from judgments.crowd import lists
from judgments.crowd.forms import PlatformTokenForm, SendForm, SettleForm
from judgments.crowd.platforms.base import CrowdPlatform
from judgments.crowd.platforms.registry import api_of, crowd_platform, platforms_with_api
from judgments.crowd.tasks import announce_acts
from judgments.enums import ActKind
from raters.models import EntryLink


@login_required
@require_http_methods(["GET", "POST"])
@told_on("stages:crowd", "slug")
def token(request: HttpRequest, slug: str) -> HttpResponse:
    study, platform = get_study(request.user, slug, *MANAGE), _asked_for(request)
    if request.method == "POST" and "remove" in request.POST:
        stopped = services.remove_token(study=study, actor=user_of(request))
        rest = f" {stopped} that waited will not be sent." if stopped else ""
        messages.success(request, f"The token is removed.{rest}")
        return redirect("stages:crowd", slug=slug)
    form = PlatformTokenForm(request.POST or None, api=api_of(platform.name))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data["token"]
        services.set_token(study=study, platform=platform.name, token=given, actor=user_of(request))
        messages.success(request, "The token is stored. Lists can be sent now.")
        return redirect("stages:crowd", slug=slug)
    has_token = lists.platform_with_token(study) == platform.name
    context = {"study": study, "platform": platform, "form": form, "has_token": has_token}
    return render(request, "judgments/crowd_token.html", context)


def _asked_for(request: HttpRequest) -> CrowdPlatform:
    """Of which platform the token is: the first that has an API, unless the address names another."""
    known = {platform.name: platform for platform in platforms_with_api()}
    name = request.GET.get("platform", next(iter(known)))
    if name not in known:
        raise Http404("There is no such platform.")
    return known[name]


@login_required
@require_http_methods(["GET", "POST"])
@told_on("stages:crowd", "slug")
def send(request: HttpRequest, slug: str, link_id: int, kind: str) -> HttpResponse:
    """Asked twice: first what it is, then to send it."""
    study = get_study(request.user, slug, *MANAGE)
    link, act = _link(study, link_id), kind_of(kind)
    platform, api = crowd_platform(link.platform), api_of(link.platform)
    found = lists.sendable(study, link, act)
    shown = {"arrivals": len(found.arrivals), "total": found.total}
    form = SendForm(request.POST or None, initial=shown, platform=platform, api=api, asks_study=act == ActKind.BONUS)
    if request.method == "POST" and form.is_valid():
        return _send(request, study, link, act, form)
    context = {
        "study": study,
        "link": link,
        "kind": act,
        "platform": platform,
        "lead": api.leads[act],
        "form": form,
        "found": found,
        "has_token": lists.platform_with_token(study) == link.platform,
        "last_download": lists.last_download(link, act),
    }
    return render(request, "judgments/crowd_send.html", context)


def _send(request: HttpRequest, study: Study, link: EntryLink, kind: ActKind, form: SendForm) -> HttpResponse:
    people = services.request_acts(
        study=study,
        link=link,
        kind=kind,
        arrivals=form.cleaned_data["arrivals"],
        total=form.cleaned_data["total"] or Decimal(0),
        platform_study_id=form.cleaned_data.get("platform_study_id", ""),
        actor=user_of(request),
        now=timezone.now(),
    )
    announce_acts(study.pk)
    messages.success(request, f"{crowd_platform(link.platform).short_name} is being told of {people}.")
    return redirect("stages:crowd", slug=study.slug)


@login_required
@require_safe
def acts(request: HttpRequest, slug: str, link_id: int) -> HttpResponse:
    study = get_study(request.user, slug, *MANAGE)
    return render(request, "judgments/crowd_acts.html", acts_context(study, _link(study, link_id)))


@login_required
@require_POST
def settle(request: HttpRequest, slug: str, link_id: int, batch: uuid.UUID) -> HttpResponse:
    study = get_study(request.user, slug, *MANAGE)
    link, form = _link(study, link_id), SettleForm(request.POST)
    if form.is_valid():
        was_paid = form.cleaned_data["paid"] == "yes"
        people = services.settle(link=link, batch=batch, was_paid=was_paid, actor=user_of(request))
        messages.success(request, f"Noted for {people}: {'paid' if was_paid else 'not paid, and in the list again'}.")
    else:
        messages.error(request, "Say whether they were paid.")
    return redirect("stages:crowd", slug=slug)


def acts_context(study: Study, link: EntryLink) -> dict[str, object]:
    return {
        "study": study,
        "link": link,
        "platform": crowd_platform(link.platform),
        "acts": lists.acts_of(link)[:50],
        "counts": lists.counts_of_acts(link),
        "is_telling": lists.is_telling(link),
        "waits_until": lists.waits_until(study, now=timezone.now()),
        "unknown": lists.unknown_batches(link),
    }


def _link(study: Study, link_id: int) -> EntryLink:
    """One whose platform can be told."""
    told = [platform.name for platform in platforms_with_api()]
    return get_object_or_404(EntryLink, stage__study=study, platform__in=told, pk=link_id)


def kind_of(word: str) -> ActKind:
    try:
        return ActKind(word.replace("-", "_"))
    except ValueError:
        raise Http404("There is no such list.") from None
