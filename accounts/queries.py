"""Reads about accounts."""

import hashlib
from datetime import datetime

from django.db.models import Q, QuerySet

from accounts.models import Token, User


def digest_of(secret: str) -> str:
    """How a token is stored. The secret is 256 random bits, so a plain hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def usable_token(secret: str, *, now: datetime) -> Token | None:
    """The token behind a secret, unless it is revoked or expired or its user may no longer sign in."""
    return (
        Token.objects.select_related("user")
        .filter(digest=digest_of(secret), revoked_at__isnull=True, user__is_active=True)
        .filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now))
        .first()
    )


def tokens_of(user: User) -> QuerySet[Token]:
    return Token.objects.filter(user=user).order_by("-id")
