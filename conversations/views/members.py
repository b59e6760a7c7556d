"""The team of a study: members, their roles, and invitations."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.refusals import told_on
from accounts.signed_in import user_of
from conversations.enums import Role
from conversations.forms.team import InvitationForm, RoleForm
from conversations.models import Invitation, Membership, Study
from conversations.permissions import MANAGE, get_study
from conversations.services import members as services


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def members(request: HttpRequest, slug: str) -> HttpResponse:
    """The list; a POST makes an invitation and shows its link, this once."""
    study = get_study(request.user, slug, *MANAGE)
    own = _role(study, request)
    form = InvitationForm(request.POST or None, actor_role=own, initial={"role": Role.ANALYST})
    link = None
    if request.method == "POST" and form.is_valid():
        invited = services.invite(
            study=study,
            role=Role(form.cleaned_data["role"]),
            label=form.cleaned_data["label"],
            actor=user_of(request),
            now=timezone.now(),
        )
        link = request.build_absolute_uri(reverse("invitations:invitation", args=[invited.token]))
        form = InvitationForm(actor_role=own, initial={"role": Role.ANALYST})
    status = 422 if form.errors else 200
    return render(request, "conversations/members.html", _context(study, request, own, form, link), status=status)


@login_required
@require_POST
@told_on("conversations:members", "slug")
def change_role(request: HttpRequest, slug: str, membership_id: int) -> HttpResponse:
    study = get_study(request.user, slug, *MANAGE)
    membership = get_object_or_404(Membership, study=study, pk=membership_id)
    form = RoleForm(request.POST, actor_role=_role(study, request))
    if form.is_valid():
        services.change_role(membership=membership, role=Role(form.cleaned_data["role"]), actor=user_of(request))
        messages.success(request, f"{membership.user} is now {membership.get_role_display().lower()}.")
    else:
        messages.error(request, "That role can't be given by you.")
    return _back(study, request)


@login_required
@require_POST
@told_on("conversations:members", "slug")
def remove(request: HttpRequest, slug: str, membership_id: int) -> HttpResponse:
    study = get_study(request.user, slug, *MANAGE)
    membership = get_object_or_404(Membership, study=study, pk=membership_id)
    services.remove(membership=membership, actor=user_of(request))
    messages.success(request, f"{membership.user} is no longer in the study. What they did stays.")
    return _back(study, request)


@login_required
@require_POST
def revoke(request: HttpRequest, slug: str, invitation_id: int) -> HttpResponse:
    study = get_study(request.user, slug, *MANAGE)
    invitation = get_object_or_404(Invitation, study=study, pk=invitation_id)
    services.revoke(invitation=invitation, actor=user_of(request), now=timezone.now())
    messages.success(request, "The invitation is revoked.")
    return redirect("conversations:members", slug=slug)


def _back(study: Study, request: HttpRequest) -> HttpResponse:
    """Who took away their own right to be here goes to their studies."""
    still = study.memberships.filter(user=user_of(request), role__in=MANAGE).exists()
    return redirect("conversations:members", slug=study.slug) if still else redirect("conversations:study-list")


def _role(study: Study, request: HttpRequest) -> str:
    return study.memberships.get(user=user_of(request)).role


def _context(study: Study, request: HttpRequest, own: str, form: InvitationForm, link: str | None) -> dict[str, object]:
    found = study.memberships.select_related("user").order_by("role", "user__username")
    return {
        "study": study,
        "rows": [
            {
                "membership": membership,
                "form": RoleForm(actor_role=own, initial={"role": membership.role}, prefix=None),
                "may_change": services.may_give(membership.role, own),
                "is_self": membership.user_id == user_of(request).pk,
            }
            for membership in found
        ],
        "invitations": services.open_invitations(timezone.now()).filter(study=study).order_by("-id"),
        "form": form,
        "link": link,
        "days": services.VALID_FOR.days,
    }
