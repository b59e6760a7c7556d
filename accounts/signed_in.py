"""The signed-in user of a request, typed."""

from django.http import HttpRequest

from accounts.models import User


def user_of(request: HttpRequest) -> User:
    """The user behind a view that requires a sign-in. Raises TypeError for anonymous: the decorator is missing."""
    if not isinstance(request.user, User):
        raise TypeError("This view must require a sign-in.")
    return request.user
