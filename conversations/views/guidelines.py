"""What raters of a stage are told: an editor with a preview, and earlier versions."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.signed_in import user_of
from conversations.enums import COLLECTING, StageNumber
from conversations.forms.studies import GuidelinesForm
from conversations.markdown import render as render_markdown
from conversations.models import Stage
from conversations.permissions import MANAGE, get_study
from conversations.services import guidelines as services
from conversations.services.stages import StillCollecting
from conversations.views.languages import language_rows
from conversations.views.versions import shown_versions


@login_required
@require_http_methods(["GET", "POST"])
def guidelines(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    study = get_study(request.user, slug, *MANAGE)
    stage = get_object_or_404(Stage, study=study, number=number)
    versions = list(stage.guidelines.select_related("created_by", "stage")[:50])
    text = versions[0].text if versions else services.default_text(number)
    address = reverse("conversations:guidelines-preview", args=[slug, number])
    form = GuidelinesForm(
        request.POST or None, initial={"text": text}, preview=address, collects=stage.state in COLLECTING
    )
    if request.method == "POST" and form.is_valid() and _save(request, stage, form):
        return redirect("conversations:guidelines", slug=slug, number=number)
    context = {
        "study": study,
        "stage": stage,
        "stages": StageNumber.choices,
        "lead": f"What raters are told before they judge stage {stage.number}: {stage.get_number_display().lower()}.",
        "form": form,
        "next_version": versions[0].version + 1 if versions else 1,
        "versions": shown_versions(request, versions),
        "languages": list(
            language_rows(versions[0] if versions else None, "conversations:guidelines-in", slug, number)
        ),
        "preview": render_markdown(str(form["text"].value() or "")[: services.LONGEST]),
    }
    status = 422 if form.errors else 200
    return render(request, "conversations/guidelines.html", context, status=status)


def _save(request: HttpRequest, stage: Stage, form: GuidelinesForm) -> bool:
    going = form.cleaned_data.get("going") or None
    try:
        made = services.new_version(
            stage=stage, text=form.cleaned_data["text"], actor=user_of(request), now=timezone.now(), going=going
        )
    except StillCollecting as asks:
        form.add_error("going" if "going" in form.fields else None, str(asks))
        return False
    messages.success(request, f"Version {made.version} is saved. Raters see it from now on.")
    return True


@login_required
@require_POST
def preview(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """How the text looks to raters, while it is being written."""
    get_study(request.user, slug, *MANAGE)
    return HttpResponse(render_markdown(request.POST.get("text", "")[: services.LONGEST]))
