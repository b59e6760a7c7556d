"""What raters are told and agree to, in their languages: a page for each language, the original beside it."""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.signed_in import user_of
from conversations.forms.translations import TranslationForm
from conversations.markdown import render as render_markdown
from conversations.models import ConsentText, Guidelines, Stage, Study
from conversations.permissions import MANAGE, get_study
from conversations.queries.wordings import products_own, translations_in_force
from conversations.services import translating
from conversations.services.guidelines import LONGEST


@dataclass(frozen=True, slots=True)
class Shown:
    """What is translated, and where its pages are."""

    study: Study
    version: Guidelines | ConsentText
    title: str
    back: str
    preview: str


@login_required
@require_http_methods(["GET", "POST"])
def guidelines(request: HttpRequest, slug: str, number: int, language: str) -> HttpResponse:
    study = get_study(request.user, slug, *MANAGE)
    stage = get_object_or_404(Stage, study=study, number=number)
    version = stage.guidelines.select_related("stage").first()
    if version is None:
        raise Http404("There is nothing to translate yet.")
    here = [slug, number]
    shown = Shown(
        study,
        version,
        title=f"Guidelines of stage {number}",
        back=reverse("conversations:guidelines", args=here),
        preview=reverse("conversations:guidelines-preview", args=here),
    )

    def save(text: str) -> None:
        translating.translate_guidelines(guidelines=version, language=language, text=text, actor=user_of(request))

    proposed = translations_in_force(version).get(language) or products_own(number, version.text, language)
    return _page(request, shown, language, proposed, save)


@login_required
@require_http_methods(["GET", "POST"])
def consent(request: HttpRequest, slug: str, language: str) -> HttpResponse:
    study = get_study(request.user, slug, *MANAGE)
    version = study.consent_texts.select_related("study").order_by("-version").first()
    if version is None:
        raise Http404("There is nothing to translate yet.")
    shown = Shown(
        study,
        version,
        title="Consent",
        back=reverse("conversations:consent", args=[slug]),
        preview=reverse("conversations:consent-preview", args=[slug]),
    )

    def save(text: str) -> None:
        translating.translate_consent(consent=version, language=language, text=text, actor=user_of(request))

    return _page(request, shown, language, translations_in_force(version).get(language, ""), save)


def _page(
    request: HttpRequest, shown: Shown, language: str, proposed: str, save: Callable[[str], None]
) -> HttpResponse:
    name = dict(settings.LANGUAGES).get(language)
    if name is None:
        raise Http404("Raters' pages have no such language.")
    form = TranslationForm(request.POST or None, initial={"text": proposed}, preview=shown.preview)
    if request.method == "POST" and form.is_valid():
        save(form.cleaned_data["text"])
        said = f"Raters read it in {name} from now on." if form.cleaned_data["text"] else "Raters read the original."
        messages.success(request, f"Saved. {said}")
        return redirect(shown.back)
    context = {
        "shown": shown,
        "language_name": name,
        "form": form,
        "original": render_markdown(shown.version.text),
        "preview": render_markdown(str(form["text"].value() or "")[:LONGEST]),
    }
    return render(request, "conversations/translation.html", context, status=422 if form.errors else 200)
