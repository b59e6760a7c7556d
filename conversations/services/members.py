"""Who works in a study: invited by a link that is good once, given a role, taken out again."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from accounts.refusals import Refusal
from accounts.services import record
from conversations.enums import Role
from conversations.models import Invitation, Membership, Study

VALID_FOR = timedelta(days=14)


class MembersRefused(Refusal):
    """It can't be done. The message says why."""


class InvitationSpent(Exception):
    """The invitation was accepted, revoked or has run out."""


@dataclass(frozen=True, slots=True)
class Invited:
    """``token`` is part of the link and is told this once: only its SHA-256 is stored."""

    invitation: Invitation
    token: str


@transaction.atomic
def invite(*, study: Study, role: Role, label: str, actor: User, now: datetime) -> Invited:
    token = secrets.token_urlsafe(24)
    invitation = Invitation(
        study=study, role=role, label=label, digest=digest_of(token), created_by=actor, expires_at=now + VALID_FOR
    )
    invitation.full_clean()
    invitation.save()
    record(actor=actor, action="member.invite", study_id=study.pk, target=label, details={"role": role})
    return Invited(invitation, token)


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def revoke(*, invitation: Invitation, actor: User, now: datetime) -> None:
    changed = Invitation.objects.filter(pk=invitation.pk, accepted_at__isnull=True, revoked_at__isnull=True).update(
        revoked_at=now
    )
    if changed:
        record(actor=actor, action="member.revoke_invitation", study_id=invitation.study_id, target=invitation.label)


@transaction.atomic
def accept(*, token: str, user: User, now: datetime) -> Membership:
    """Make the user a member. Who is one already keeps their role unless the invitation gives a higher one.

    Raises:
        InvitationSpent: also for the second of two who accept at the same time.
    """
    invitation = open_invitations(now).select_for_update(of=("self",)).filter(digest=digest_of(token)).first()
    if invitation is None:
        raise InvitationSpent
    invitation.accepted_at, invitation.accepted_by = now, user
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    membership, created = Membership.objects.get_or_create(
        study=invitation.study, user=user, defaults={"role": invitation.role}
    )
    if not created and _rank(invitation.role) < _rank(membership.role):
        membership.role = invitation.role
        membership.save(update_fields=["role"])
    record(
        actor=user,
        action="member.accept",
        study_id=invitation.study_id,
        target=user.get_username(),
        details={"role": membership.role, "invited_by": invitation.created_by_id},
    )
    return membership


@transaction.atomic
def accept_with_account(*, token: str, make: Callable[[], User], now: datetime) -> Membership:
    """The account is made together with the membership, or not at all. Raises InvitationSpent."""
    return accept(token=token, user=make(), now=now)


def open_invitations(now: datetime) -> QuerySet[Invitation]:
    return Invitation.objects.filter(
        accepted_at__isnull=True, revoked_at__isnull=True, expires_at__gt=now, study__deleted_at__isnull=True
    ).select_related("study")


@transaction.atomic
def change_role(*, membership: Membership, role: Role, actor: User) -> None:
    """Raises MembersRefused: the last owner stays one, and only an owner makes or unmakes owners."""
    _refuse_unless_allowed(membership, actor, gives=role)
    before, membership.role = membership.role, role
    membership.save(update_fields=["role"])
    record(
        actor=actor,
        action="member.change_role",
        study_id=membership.study_id,
        target=membership.user.get_username(),
        details={"from": before, "to": role},
    )


@transaction.atomic
def remove(*, membership: Membership, actor: User) -> None:
    """What they judged, uploaded and decided stays. Raises MembersRefused as ``change_role`` does."""
    _refuse_unless_allowed(membership, actor, gives=None)
    record(
        actor=actor,
        action="member.remove",
        study_id=membership.study_id,
        target=membership.user.get_username(),
        details={"role": membership.role},
    )
    membership.delete()


def may_give(role: str, actor_role: str) -> bool:
    """Only an owner makes owners."""
    return role != Role.OWNER or actor_role == Role.OWNER


def _refuse_unless_allowed(membership: Membership, actor: User, gives: Role | None) -> None:
    Study.objects.select_for_update().get(pk=membership.study_id)  # two owners must not unmake each other at once
    owners = Membership.objects.filter(study=membership.study_id, role=Role.OWNER)
    acts_as_owner = owners.filter(user=actor).exists()
    if Role.OWNER in {membership.role, gives} and not acts_as_owner:
        raise MembersRefused("Only an owner of the study can make or unmake an owner.")
    if membership.role == Role.OWNER and gives != Role.OWNER and owners.count() == 1:
        raise MembersRefused("A study needs an owner. Make somebody else an owner first.")


def _rank(role: str) -> int:
    return list(Role.values).index(role)
