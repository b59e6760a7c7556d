"""What a browser session knows of a sign-in: half done, or how lately it was proved who is there."""

from datetime import datetime, timedelta

from django.contrib.auth import login
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from accounts.models import User

HALF_SIGNED_IN = "half_signed_in"
PROVED_AT = "proved_at"
HALF_LASTS = timedelta(minutes=10)
PROOF_LASTS = timedelta(minutes=15)
BACKEND = "django.contrib.auth.backends.ModelBackend"


def await_second_factor(request: HttpRequest, *, user: User, then: str, now: datetime) -> None:
    """The password was right. Nobody is signed in yet."""
    request.session[HALF_SIGNED_IN] = {
        "user": user.pk,
        "hash": user.get_session_auth_hash(),
        "then": then,
        "at": now.timestamp(),
    }


def start_again(request: HttpRequest) -> None:
    request.session.pop(HALF_SIGNED_IN, None)


def half_signed_in(request: HttpRequest, *, now: datetime) -> tuple[User, str] | None:
    """Who has given the password a moment ago, and where they want to go. A changed password ends it."""
    kept = request.session.get(HALF_SIGNED_IN)
    if not kept or now.timestamp() - kept["at"] > HALF_LASTS.total_seconds():
        return None
    user = User.objects.filter(pk=kept["user"], is_active=True).first()
    if user is None or not constant_time_compare(kept["hash"], user.get_session_auth_hash()):
        return None
    return user, kept["then"]


def sign_in(request: HttpRequest, *, user: User, now: datetime) -> None:
    start_again(request)
    login(request, user, backend=BACKEND)
    note_proof(request, now=now)


def note_proof(request: HttpRequest, *, now: datetime) -> None:
    request.session[PROVED_AT] = now.timestamp()


def is_proved(request: HttpRequest, *, now: datetime) -> bool:
    """Whether it was proved lately enough who sits here to change how they sign in."""
    return bool(now.timestamp() - request.session.get(PROVED_AT, 0) <= PROOF_LASTS.total_seconds())
