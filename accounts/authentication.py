"""Bearer tokens for the API."""

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts import queries, services
from accounts.models import Token, User

REFUSED = "The token is unknown, expired or revoked."


class TokenAuthentication(BaseAuthentication):
    """``Authorization: Bearer ys_...``"""

    keyword = "Bearer"

    def authenticate(self, request: Request) -> tuple[User, Token] | None:
        scheme, _, secret = get_authorization_header(request).partition(b" ")
        if scheme.lower() != self.keyword.lower().encode():
            return None
        now = timezone.now()
        token = queries.usable_token(secret.strip().decode("latin-1"), now=now)
        if token is None:
            raise AuthenticationFailed(REFUSED)
        services.note_use(token=token, now=now)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return self.keyword
