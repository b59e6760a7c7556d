"""Who follows an invitation: a member by one click when signed in, else after making an account."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from conversations.enums import Role
from conversations.forms.team import ROLES_IN_WORDS, AccountForm
from conversations.models import Membership
from conversations.services import members as services

BACKEND = "django.contrib.auth.backends.ModelBackend"


@never_cache
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    found = services.open_invitations(timezone.now()).filter(digest=services.digest_of(token)).first()
    if found is None:
        return _spent(request)
    user = request.user if isinstance(request.user, User) else None
    form = AccountForm(request.POST or None) if user is None else None
    if request.method == "POST" and user is not None:
        return _accept(request, lambda: services.accept(token=token, user=user, now=timezone.now()))
    if request.method == "POST" and form is not None and form.is_valid():
        make = form.save
        return _accept(
            request, lambda: services.accept_with_account(token=token, make=make, now=timezone.now()), signs_in=True
        )
    context = {"study": found.study, "role": ROLES_IN_WORDS[Role(found.role)], "form": form, "token": token}
    status = 422 if form is not None and form.errors else 200
    return render(request, "conversations/invitation.html", context, status=status)


def _accept(request: HttpRequest, accept: Callable[[], Membership], *, signs_in: bool = False) -> HttpResponse:
    try:
        membership = accept()
    except services.InvitationSpent:
        return _spent(request)
    if signs_in:
        login(request, membership.user, backend=BACKEND)
    messages.success(request, f"You are in: {membership.study.title}.")
    return _home(membership)


def _home(membership: Membership) -> HttpResponse:
    if membership.role == Role.RATER:
        return redirect("conversations:study-list")
    return redirect("conversations:study", slug=membership.study.slug)


def _spent(request: HttpRequest) -> HttpResponse:
    return render(request, "conversations/invitation_spent.html", status=410)
