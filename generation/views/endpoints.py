"""Endpoints: listed, made, changed and tried."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.signed_in import user_of
from conversations.models import Study
from conversations.permissions import MANAGE, READ, get_study
from generation.forms import EndpointForm
from generation.models import Endpoint
from generation.services.endpoints import ensure_default_endpoint, save_endpoint, try_endpoint


@login_required
@require_safe
def endpoint_list(request: HttpRequest, slug: str) -> HttpResponse:
    study = get_study(request.user, slug, *READ)
    endpoints = Endpoint.objects.filter(study=study).order_by("name")
    return render(request, "generation/endpoint_list.html", {"study": study, "endpoints": endpoints})


@sensitive_post_parameters("key")
@login_required
@require_http_methods(["GET", "POST"])
def create_endpoint(request: HttpRequest, slug: str) -> HttpResponse:
    study = get_study(request.user, slug, *MANAGE)
    ensure_default_endpoint(study)
    return _edit(request, study, Endpoint(study=study))


@sensitive_post_parameters("key")
@login_required
@require_http_methods(["GET", "POST"])
def edit_endpoint(request: HttpRequest, slug: str, endpoint_id: int) -> HttpResponse:
    study = get_study(request.user, slug, *MANAGE)
    return _edit(request, study, get_object_or_404(Endpoint, study=study, pk=endpoint_id))


def _edit(request: HttpRequest, study: Study, endpoint: Endpoint) -> HttpResponse:
    is_new = endpoint.pk is None
    form = EndpointForm(request.POST or None, instance=endpoint)
    if request.method == "POST" and form.is_valid():
        try:
            save_endpoint(
                endpoint=form.instance,
                actor=user_of(request),
                key=form.cleaned_data.get("key", ""),
                remove_key=form.cleaned_data.get("remove_key", False),
            )
        except ValidationError as error:
            for name, problems in error.message_dict.items():
                form.add_error(name if name in form.fields else None, problems)
        else:
            messages.success(request, f"“{form.instance.name}” is saved. Test it to see a real answer.")
            return redirect("generation:endpoint-list", slug=study.slug)
    return render(request, "generation/endpoint_form.html", {"study": study, "form": form, "is_new": is_new})


@login_required
@require_POST
def test_endpoint(request: HttpRequest, slug: str, endpoint_id: int) -> HttpResponse:
    """A fragment with the real answer. Two short calls; an endpoint that hangs ends at its own time limit."""
    study = get_study(request.user, slug, *MANAGE)
    endpoint = get_object_or_404(Endpoint, study=study, pk=endpoint_id)
    result = try_endpoint(endpoint=endpoint)
    return render(request, "generation/endpoint_test.html", {"study": study, "endpoint": endpoint, "result": result})
