"""The tokens of the signed-in user."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import queries, services
from accounts.forms import TokenForm
from accounts.signed_in import user_of


@login_required
@require_safe
def token_list(request: HttpRequest) -> HttpResponse:
    context = {"tokens": queries.tokens_of(user_of(request)), "now": timezone.now()}
    return render(request, "accounts/token_list.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def create_token(request: HttpRequest) -> HttpResponse:
    form = TokenForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "accounts/token_form.html", {"form": form})
    made = services.create_token(
        user=user_of(request),
        name=form.cleaned_data["name"],
        scopes=form.cleaned_data["scopes"],
        expires_at=form.expires_at(timezone.now()),
    )
    return render(request, "accounts/token_made.html", {"token": made.token, "secret": made.secret})


@login_required
@require_POST
def revoke_token(request: HttpRequest, token_id: int) -> HttpResponse:
    token = get_object_or_404(queries.tokens_of(user_of(request)), pk=token_id)
    services.revoke_token(token=token, actor=user_of(request), now=timezone.now())
    messages.success(request, f"“{token.name}” is revoked. Nothing can use it any more.")
    return redirect("accounts:token-list")
