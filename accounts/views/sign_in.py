"""Signing in: password, then the second factor where there is one; or a passkey alone."""

from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import factors, sessions
from accounts.forms import CodeForm, CredentialForm
from accounts.hosts import takes_passkeys
from accounts.limiting import limited

NOT_TAKEN = "This passkey was not accepted. Try again, or log in with your password."


@method_decorator(limited("sign_in"), name="dispatch")
class SignIn(LoginView):
    """The page with the password. With a second factor set nobody is signed in by it alone."""

    redirect_authenticated_user = True

    def get(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        sessions.start_again(request)
        return super().get(request, *args, **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        user, now = form.get_user(), timezone.now()
        if factors.factors_of(user).are_required:
            sessions.await_second_factor(self.request, user=user, then=self.get_success_url(), now=now)
            return redirect("second-factor")
        sessions.sign_in(self.request, user=user, now=now)
        return HttpResponseRedirect(self.get_success_url())

    def get_context_data(self, **given: object) -> dict[str, object]:
        return {**super().get_context_data(**given), "takes_passkeys": takes_passkeys(self.request)}


@never_cache
@require_http_methods(["GET", "POST"])
@limited("sign_in")
def second_factor(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    half = sessions.half_signed_in(request, now=now)
    if half is None:
        return redirect("login")
    user, then = half
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            factors.check_code(request=request, user=user, code=form.cleaned_data["code"], now=now)
        except factors.TooManyTries:
            return locked_out(request)
        except factors.FactorRefused:
            form.add_error("code", "This code is not right, or was used before.")
        else:
            sessions.sign_in(request, user=user, now=now)
            return HttpResponseRedirect(then)
    found = factors.factors_of(user)
    return render(
        request,
        "accounts/second_factor.html",
        {"form": form, "factors": found, "takes_passkeys": bool(found.passkeys) and takes_passkeys(request)},
    )


@never_cache
@require_POST
@limited("sign_in")
def passkey_options(request: HttpRequest) -> HttpResponse:
    """What the browser needs to ask for a passkey: of the person whose password was right, or of anybody."""
    if not takes_passkeys(request):
        return JsonResponse({}, status=409)
    half = sessions.half_signed_in(request, now=timezone.now())
    return JsonResponse(factors.to_use_passkey(half[0] if half else None))


@never_cache
@require_POST
@limited("sign_in")
def passkey_sign_in(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    half = sessions.half_signed_in(request, now=now)
    form = CredentialForm(request.POST)
    response = form.cleaned_data["credential"] if form.is_valid() else {}
    try:
        user = factors.check_passkey(user=half[0] if half else None, response=response, now=now)
    except factors.FactorRefused:
        return render(request, "accounts/passkey_refused.html", {"text": NOT_TAKEN}, status=403)
    sessions.sign_in(request, user=user, now=now)
    return HttpResponseRedirect(half[1] if half else _wanted(request))


def locked_out(request: HttpRequest, *_of_axes: object) -> HttpResponse:
    response = render(request, "accounts/locked_out.html", status=429)
    response["Retry-After"] = str(int(settings.AXES_COOLOFF_TIME.total_seconds()))
    return response


def _wanted(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if wanted and is_ours else resolve_url(settings.LOGIN_REDIRECT_URL)
