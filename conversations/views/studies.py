"""Studies: list, new, settings, and the study page, a shell whose cards the owning apps serve."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.signed_in import user_of
from conversations.enums import Role
from conversations.forms.studies import NewStudyForm, SettingsForm
from conversations.models import Study
from conversations.permissions import MANAGE, OWN, READ, get_study
from conversations.queries import studies as queries
from conversations.services import studies as services
from conversations.services.stages import StillCollecting

# The cards of the study page by URL name, in the order of the work. Each is a fragment of the app that owns it.
CARDS = [
    "conversations:batches-card",
    "generation:card",
    "stages:card",
    "raters:card",
    "reports:report-card",
    "reports:card",
]


@login_required
@require_safe
def study_list(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    context = {"studies": queries.studies_of(user), "deleted": queries.deleted_studies_of(user)}
    return render(request, "conversations/study_list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def new_study(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    if not user.is_staff:
        raise PermissionDenied("Your account may not create studies. Ask whoever runs this installation.")
    form = NewStudyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        study = services.create_study(user=user, **form.cleaned_data)
        messages.success(request, "The study is ready. Upload what is to be judged.")
        return redirect("conversations:study", slug=study.slug)
    return render(request, "conversations/study_form.html", {"form": form})


@login_required
@require_safe
def study(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_study(request.user, slug, *READ)
    context = {
        "study": found,
        "cards": CARDS,
        "counts": queries.material_counts(found),
        "origins": queries.origins(found),
        "role": found.memberships.get(user=user_of(request)).role,
    }
    return render(request, "conversations/study.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_study(request.user, slug, *MANAGE)
    form = SettingsForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid() and _update(request, found, form):
        messages.success(request, "The settings are saved.")
        return redirect("conversations:study", slug=slug)
    is_owner = found.memberships.filter(user=user_of(request), role=Role.OWNER).exists()
    return render(request, "conversations/settings.html", {"study": found, "form": form, "is_owner": is_owner})


def _update(request: HttpRequest, found: Study, form: SettingsForm) -> bool:
    wanted = {**form.cleaned_data, "going": form.cleaned_data.get("going") or None}
    try:
        services.update_study(study=found, actor=user_of(request), now=timezone.now(), **wanted)
    except StillCollecting as asks:
        form.add_error("going" if "going" in form.fields else None, str(asks))
        return False
    return True


@login_required
@require_POST
def clone(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_study(request.user, slug, *MANAGE)
    if not user_of(request).is_staff:
        raise PermissionDenied("Your account may not create studies.")
    copy = services.clone_study(study=found, actor=user_of(request))
    messages.success(request, "This is the copy: the same settings and guidelines, without material and answers.")
    return redirect("conversations:study", slug=copy.slug)


@login_required
@require_POST
def close(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_study(request.user, slug, *OWN)
    services.close_study(study=found, actor=user_of(request), now=timezone.now())
    messages.success(request, "The study is closed. Everything that was judged stays.")
    return redirect("conversations:study", slug=slug)


@login_required
@require_POST
def reopen(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_study(request.user, slug, *OWN)
    services.reopen_study(study=found, actor=user_of(request))
    messages.success(request, "The study goes on. Open its stages one by one.")
    return redirect("conversations:study", slug=slug)


@login_required
@require_POST
def delete(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_study(request.user, slug, *OWN)
    if request.POST.get("slug") != found.slug:
        messages.error(request, "Type the study's short name to delete it.")
        return redirect("conversations:settings", slug=slug)
    services.delete_study(study=found, actor=user_of(request), now=timezone.now())
    messages.success(request, "The study is deleted. You can restore it from the list of studies.")
    return redirect("conversations:study-list")


@login_required
@require_POST
def restore(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(queries.deleted_studies_of(user_of(request)), slug=slug)
    services.restore_study(study=found, actor=user_of(request))
    messages.success(request, "The study is back.")
    return redirect("conversations:study", slug=slug)
