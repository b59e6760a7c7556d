"""What raters agree to before they start: an editor with a preview, and earlier versions."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.signed_in import user_of
from conversations.forms.team import ConsentForm
from conversations.markdown import render as render_markdown
from conversations.permissions import MANAGE, get_study
from conversations.services import consent as services
from conversations.views.languages import language_rows
from conversations.views.versions import shown_versions


@login_required
@require_http_methods(["GET", "POST"])
def consent(request: HttpRequest, slug: str) -> HttpResponse:
    study = get_study(request.user, slug, *MANAGE)
    versions = list(study.consent_texts.all()[:50])
    form = ConsentForm(
        request.POST or None,
        initial={"text": versions[0].text if versions else services.default_consent()},
        preview=reverse("conversations:consent-preview", args=[slug]),
    )
    if request.method == "POST" and form.is_valid():
        made = services.new_version(study=study, text=form.cleaned_data["text"], actor=user_of(request))
        messages.success(request, f"Version {made.version} is saved. Raters are asked to agree to it from now on.")
        return redirect("conversations:consent", slug=slug)
    context = {
        "study": study,
        "form": form,
        "next_version": versions[0].version + 1 if versions else 1,
        "versions": shown_versions(request, versions),
        "languages": list(language_rows(versions[0] if versions else None, "conversations:consent-in", slug)),
        "preview": render_markdown(str(form["text"].value() or "")[: services.LONGEST]),
    }
    return render(request, "conversations/consent.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def preview(request: HttpRequest, slug: str) -> HttpResponse:
    get_study(request.user, slug, *MANAGE)
    return HttpResponse(render_markdown(request.POST.get("text", "")[: services.LONGEST]))
