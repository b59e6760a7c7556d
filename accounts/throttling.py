"""How many requests of the API one account may make, and how many a stranger whom it does not let in."""

from typing import Any

from rest_framework.exceptions import APIException, Throttled
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from accounts.limiting import TooMany, take, take_by_address


class PerUser(BaseThrottle):
    """Only who is let in comes this far."""

    seconds: int | None = None

    def allow_request(self, request: Request, view: Any) -> bool:
        try:
            take("api", f"user-{request.user.pk}")
        except TooMany as error:
            self.seconds = error.seconds
        return self.seconds is None

    def wait(self) -> float | None:
        return self.seconds


def of_stranger(error: APIException, request: Request) -> APIException:
    """The refusal of who is not let in, or, where too many were refused, that of having asked too often."""
    try:
        take_by_address("api_strangers", request._request)  # noqa: SLF001 - REST framework's own way to Django's
    except TooMany as too_many:
        return Throttled(wait=too_many.seconds)
    return error
