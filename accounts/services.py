"""Writes about accounts."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.db.models import Q

from accounts.models import AuditEntry, Token, User
from accounts.queries import digest_of

TOKEN_MARK = "ys_"  # noqa: S105 - what every token begins with, so that scanners know one
PREFIX_LENGTH = 10
USE_IS_NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token just made. ``secret`` exists here and nowhere else."""

    token: Token
    secret: str


def record(
    *,
    actor: User | None,
    action: str,
    study_id: int | None = None,
    target: str = "",
    details: dict[str, Any] | None = None,
) -> AuditEntry:
    """Append one act to the audit log. ``actor`` is None for what the machine does."""
    return AuditEntry.objects.create(
        actor=actor, action=action, study_id=study_id, target=target[:200], details=details or {}
    )


@transaction.atomic
def create_token(*, user: User, name: str, scopes: Sequence[str], expires_at: datetime | None) -> NewToken:
    secret = TOKEN_MARK + secrets.token_urlsafe(32)
    token = Token(
        user=user,
        name=name,
        prefix=secret[:PREFIX_LENGTH],
        digest=digest_of(secret),
        scopes=sorted(set(scopes)),
        expires_at=expires_at,
    )
    token.full_clean(exclude=["created_at"])
    token.save()
    record(actor=user, action="token.create", target=token.prefix, details={"scopes": token.scopes})
    return NewToken(token, secret)


@transaction.atomic
def revoke_token(*, token: Token, actor: User, now: datetime) -> None:
    """Revoking twice keeps the first time."""
    if Token.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=now):
        record(actor=actor, action="token.revoke", target=token.prefix)


def note_use(*, token: Token, now: datetime) -> None:
    """Once a minute is enough to see that a token is alive, and spares a write on every request."""
    stale = Q(last_used_at__isnull=True) | Q(last_used_at__lt=now - USE_IS_NOTED_EVERY)
    Token.objects.filter(stale, pk=token.pk).update(last_used_at=now)


@transaction.atomic
def create_user(*, username: str, password: str, is_staff: bool) -> User:
    """A new account. Raises ValidationError where the name is taken or the password is weak."""
    user = User(username=username, is_staff=is_staff)
    validate_password(password, user)
    user.set_password(password)
    user.full_clean()
    user.save()
    record(actor=None, action="user.create", target=username, details={"is_staff": is_staff})
    return user
