"""Entry links, for those who manage a study."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.signed_in import user_of
from conversations.permissions import MANAGE, READ, get_study
from raters import queries
from raters.forms import EntryLinkForm
from raters.models import EntryLink
from raters.platforms.registry import crowd_names
from raters.services import links as services


@login_required
@require_safe
def card(request: HttpRequest, slug: str) -> HttpResponse:
    study = get_study(request.user, slug, *READ)
    links = queries.entry_links_of(study)
    manages = study.memberships.filter(user=user_of(request), role__in=MANAGE).exists()
    context = {"study": study, "links": links, "manages": manages, "crowds": crowd_names()}
    return render(request, "raters/card.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def create_link(request: HttpRequest, slug: str) -> HttpResponse:
    study = get_study(request.user, slug, *MANAGE)
    form = EntryLinkForm(request.POST or None, initial={"stage": request.GET.get("stage")})
    form.fields["stage"].queryset = study.stages.all()  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        link = services.create_entry_link(**form.cleaned_data, actor=user_of(request))
        messages.success(request, "The link is ready. Copy its address.")
        return redirect("raters:link", slug, link.pk)
    return render(request, "raters/link_form.html", {"study": study, "form": form})


@login_required
@require_POST
def close_link(request: HttpRequest, slug: str, link_id: int) -> HttpResponse:
    study = get_study(request.user, slug, *MANAGE)
    link = get_object_or_404(EntryLink.objects.select_related("stage"), pk=link_id, stage__study=study)
    services.close_entry_link(link=link, actor=user_of(request), now=timezone.now())
    messages.success(request, f"“{link.label}” admits nobody new. Raters who are in can go on.")
    return redirect("conversations:study", slug=slug)
