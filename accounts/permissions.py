"""What an API request may do, by the scopes of its token."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.models import Token, User

READS = {"HEAD": "GET", "OPTIONS": "GET"}


class HasScope(BasePermission):
    """Every API view says in ``scopes`` which scope each of its methods needs; what it does not say is refused.

    A signed-in browser has all scopes: it may do what its user may do.
    """

    message = "The token lacks the scope that this needs."

    def has_permission(self, request: Request, view: Any) -> bool:
        if not isinstance(request.user, User):
            return False
        method = READS.get(request.method or "", request.method)
        needed = getattr(view, "scopes", {}).get(method)
        if needed is None:
            # A method the view does not have gets 405 later; one that it has must have said its scope.
            return not hasattr(view, (method or "").lower())
        return not isinstance(request.auth, Token) or needed in request.auth.scopes
