"""The page on which people set how they sign in. Changes need a proof of who sits there, 15 minutes old at most."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth import authenticate, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import PasswordChangeForm
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import factors, sessions
from accounts.encryption import seal, unseal
from accounts.forms import CodeForm, NewPasskeyForm, PasskeyNameForm, PasswordForm
from accounts.hosts import takes_passkeys
from accounts.services import record
from accounts.signed_in import user_of

NEW_APP = "new_authenticator_app"
type View = Callable[..., HttpResponse]


def for_the_person(view: View) -> View:
    """Signed in, and proved lately; else the password is asked for first."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not sessions.is_proved(request, now=timezone.now()):
            return redirect("accounts:confirm")
        return view(request, *args, **kwargs)

    return login_required(never_cache(guarded))


@login_required
@never_cache
@require_safe
def security(request: HttpRequest) -> HttpResponse:
    context = {
        "factors": factors.factors_of(user_of(request)),
        "takes_passkeys": takes_passkeys(request),
        "is_proved": sessions.is_proved(request, now=timezone.now()),
        "name_form": PasskeyNameForm(),
    }
    return render(request, "accounts/security.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        username = user_of(request).get_username()
        if authenticate(request, username=username, password=form.cleaned_data["password"]) is not None:
            sessions.note_proof(request, now=timezone.now())
            return redirect("accounts:security")
        form.add_error("password", "This is not your password.")
    return render(request, "accounts/confirm.html", {"form": form})


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@for_the_person
def change_password(request: HttpRequest) -> HttpResponse:
    """Whoever else is signed in as this person is signed out by it."""
    user = user_of(request)
    form = PasswordChangeForm(user, request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "accounts/change_password.html", {"form": form})
    form.save()
    record(actor=user, action="password.change", target=user.get_username())
    update_session_auth_hash(request, user)
    messages.success(request, "Your password is changed. Other browsers that were signed in are signed out.")
    return redirect("accounts:security")


@require_http_methods(["GET", "POST"])
@for_the_person
def add_app(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    if factors.factors_of(user).app:
        return redirect("accounts:security")
    secret, form = _secret_of(request), CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            codes = factors.add_app(user=user, secret=secret, code=form.cleaned_data["code"])
        except factors.FactorRefused:
            form.add_error("code", "This code is not right. Wait for the next one, and check your phone's clock.")
        else:
            request.session.pop(NEW_APP, None)
            return _added(request, codes, "The authenticator app is set up.")
    adapter = get_adapter()
    _declaration, _, picture = adapter.build_totp_svg(adapter.build_totp_url(user, secret)).partition("?>")
    grouped = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    return render(request, "accounts/add_app.html", {"form": form, "picture": picture, "secret": grouped})


@require_POST
@for_the_person
def remove_app(request: HttpRequest) -> HttpResponse:
    app = get_object_or_404(Authenticator, user=user_of(request), type=Authenticator.Type.TOTP)
    factors.remove(factor=app)
    messages.success(request, "The authenticator app is removed.")
    return redirect("accounts:security")


@require_POST
@for_the_person
def renew_codes(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    if not factors.factors_of(user).are_required:
        return redirect("accounts:security")
    return _show_codes(request, factors.renew_codes(user=user))


@require_POST
@for_the_person
def new_passkey_options(request: HttpRequest) -> HttpResponse:
    """What the browser needs to make a passkey."""
    if not takes_passkeys(request):
        return JsonResponse({}, status=409)
    return JsonResponse(factors.to_make_passkey(user_of(request)))


@require_POST
@for_the_person
def add_passkey(request: HttpRequest) -> HttpResponse:
    form = NewPasskeyForm(request.POST)
    if not form.is_valid():
        return _not_added(request)
    try:
        codes = factors.add_passkey(user=user_of(request), **form.cleaned_data)
    except factors.FactorRefused:
        return _not_added(request)
    return _added(request, codes, "The passkey is added.")


@require_http_methods(["GET", "POST"])
@for_the_person
def rename_passkey(request: HttpRequest, passkey_id: int) -> HttpResponse:
    passkey = _passkey_of(request, passkey_id)
    form = PasskeyNameForm(request.POST or None, initial={"name": str(passkey)})
    if request.method != "POST" or not form.is_valid():
        return render(request, "accounts/rename_passkey.html", {"form": form, "passkey": passkey})
    factors.rename_passkey(passkey=passkey, name=form.cleaned_data["name"])
    return redirect("accounts:security")


@require_POST
@for_the_person
def remove_passkey(request: HttpRequest, passkey_id: int) -> HttpResponse:
    passkey = _passkey_of(request, passkey_id)
    factors.remove(factor=passkey)
    messages.success(request, f"The passkey “{passkey}” is removed. Delete it on your device too.")
    return redirect("accounts:security")


def _passkey_of(request: HttpRequest, passkey_id: int) -> Authenticator:
    return get_object_or_404(Authenticator, pk=passkey_id, user=user_of(request), type=Authenticator.Type.WEBAUTHN)


def _secret_of(request: HttpRequest) -> str:
    """The same until it is taken, so that a reload of the page does not spoil what was scanned."""
    if NEW_APP not in request.session:
        request.session[NEW_APP] = seal(factors.new_secret())
    return unseal(request.session[NEW_APP])


def _not_added(request: HttpRequest) -> HttpResponse:
    messages.error(request, "The passkey was not added. Give it a name and try again.")
    return redirect("accounts:security")


def _added(request: HttpRequest, codes: list[str], text: str) -> HttpResponse:
    messages.success(request, text)
    return _show_codes(request, codes) if codes else redirect("accounts:security")


def _show_codes(request: HttpRequest, codes: list[str]) -> HttpResponse:
    pairs = [f"{code[:4]}-{code[4:]}" for code in codes]
    return render(request, "accounts/recovery_codes.html", {"codes": pairs})
