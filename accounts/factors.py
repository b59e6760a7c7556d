"""What a person signs in with besides the password: passkeys, an authenticator app, recovery codes.

The cryptography and the table are django-allauth's; throttling is django-axes', counted for the account whatever
the address, because only someone who knows the password gets this far.
"""

import logging
import struct
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.mfa import app_settings as mfa_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.webauthn.internal import auth as webauthn
from axes.models import AccessAttempt
from axes.utils import reset
from cryptography.exceptions import InvalidSignature
from django.conf import settings
from django.contrib.auth.signals import user_login_failed
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Sum
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from accounts.encryption import Unreadable, seal, unseal
from accounts.models import User
from accounts.services import record

logger = logging.getLogger(__name__)

MOST_PASSKEYS = 20
# What the parsers of allauth and fido2 raise on an answer that no passkey would give.
NO_ANSWER = (
    ValidationError,
    InvalidSignature,
    struct.error,
    AttributeError,
    IndexError,
    KeyError,
    TypeError,
    ValueError,
)


class FactorRefused(Exception):
    """The code or the passkey is not right."""


class TooManyTries(Exception):
    """So many wrong codes that this account must wait."""


@dataclass(frozen=True, slots=True)
class Factors:
    """All that one person has set up."""

    app: Authenticator | None
    passkeys: list[Authenticator]
    codes_left: int

    @property
    def are_required(self) -> bool:
        return bool(self.app or self.passkeys)


def factors_of(user: User) -> Factors:
    found = list(Authenticator.objects.filter(user=user).order_by("id"))
    of_kind = {kind: [each for each in found if each.type == kind] for kind in Authenticator.Type.values}
    codes = of_kind["recovery_codes"]
    return Factors(
        app=of_kind["totp"][0] if of_kind["totp"] else None,
        passkeys=of_kind["webauthn"],
        codes_left=int(mfa_settings.RECOVERY_CODE_COUNT) - codes[0].data["used_mask"].bit_count() if codes else 0,
    )


def new_secret() -> str:
    """What an authenticator app and the server come to share."""
    return str(totp.generate_totp_secret())


def to_make_passkey(user: User) -> dict[str, Any]:
    """What the browser needs to make one. The challenge stays in the session."""
    return dict(webauthn.begin_registration(user, passwordless=True))


def to_use_passkey(user: User | None) -> dict[str, Any]:
    """What the browser needs to ask for one: of this person, or of anybody."""
    return dict(webauthn.begin_authentication(user))


@transaction.atomic
def add_app(*, user: User, secret: str, code: str) -> list[str]:
    """Take an authenticator app that shows the right code. Returns recovery codes where these are the first."""
    _lock(user)
    if Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
        raise FactorRefused
    counter = _counter_of(secret, code)
    if counter is None:
        raise FactorRefused
    data = {"secret": seal(secret), "last_counter": counter}
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data=data)
    record(actor=user, action="factor.add", target="app")
    return _first_codes(user)


@transaction.atomic
def add_passkey(*, user: User, name: str, credential: dict[str, Any]) -> list[str]:
    """Take the passkey the browser has just made. Returns recovery codes where these are the first."""
    _lock(user)
    if Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN).count() >= MOST_PASSKEYS:
        raise FactorRefused
    try:
        webauthn.complete_registration(credential)
    except NO_ANSWER as error:
        raise FactorRefused from error
    webauthn.WebAuthn.add(user, name, credential)
    record(actor=user, action="factor.add", target="passkey")
    return _first_codes(user)


def rename_passkey(*, passkey: Authenticator, name: str) -> None:
    passkey.data["name"] = name
    passkey.save(update_fields=["data"])


@transaction.atomic
def remove(*, factor: Authenticator) -> None:
    """Recovery codes go with the last factor: without one nothing asks for them."""
    user = factor.user
    _lock(user)
    record(actor=user, action="factor.remove", target=str(factor.get_type_display()))
    factor.delete()
    if not factors_of(user).are_required:
        Authenticator.objects.filter(user=user).delete()


@transaction.atomic
def remove_all(*, user: User) -> None:
    """For someone who has lost everything; the password remains."""
    Authenticator.objects.filter(user=user).delete()
    record(actor=None, action="factor.reset", target=user.get_username())


@transaction.atomic
def renew_codes(*, user: User) -> list[str]:
    """Ten new recovery codes; the old ones stop working."""
    _lock(user)
    Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).delete()
    record(actor=user, action="factor.renew", target="recovery codes")
    return _first_codes(user)


def check_code(*, request: HttpRequest, user: User, code: str, now: datetime) -> None:
    """A code of the app or a recovery code, each good once. Raises Refused or TooManyTries."""
    if _failures(user, now) >= settings.AXES_FAILURE_LIMIT:
        raise TooManyTries
    try:
        is_right = _takes_app_code(user, code, now) or _takes_recovery_code(user, code, now)
    except Unreadable:
        logger.exception("The second factor of account %s was sealed with another secret key.", user.pk)
        is_right = False
    if not is_right:
        user_login_failed.send(sender=__name__, credentials={"username": _counted_as(user)}, request=request)
        raise FactorRefused
    reset(username=_counted_as(user))


def check_passkey(*, user: User | None, response: dict[str, Any], now: datetime) -> User:
    """Whose passkey answered; ``user`` where the password has told already. Raises Refused."""
    try:
        owner = user or webauthn.extract_user_from_response(response)
        passkey = webauthn.complete_authentication(owner, response)
    except NO_ANSWER as error:
        raise FactorRefused from error
    if not isinstance(owner, User) or not owner.is_active:
        raise FactorRefused
    _note_use(passkey, now)
    return owner


def _takes_app_code(user: User, code: str, now: datetime) -> bool:
    with transaction.atomic():
        app = _locked_factor(user, Authenticator.Type.TOTP)
        counter = _counter_of(unseal(app.data["secret"]), code) if app else None
        if app is None or counter is None or counter <= app.data.get("last_counter", 0):
            return False
        app.data["last_counter"] = counter
        app.save(update_fields=["data"])
        _note_use(app, now)
        return True


def _takes_recovery_code(user: User, code: str, now: datetime) -> bool:
    codes = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    if codes is None or not RecoveryCodes(codes).validate_code(code):
        return False
    _note_use(codes, now)
    record(actor=user, action="factor.recovery_code_used")
    return True


def _counter_of(secret: str, code: str) -> int | None:
    """The half minute for which this is the code; a neighbouring one will do, clocks differ."""
    for counter in totp.yield_hotp_counters_from_time():
        if constant_time_compare(totp.format_hotp_value(totp.hotp_value(secret, counter)), code):
            return int(counter)
    return None


def _first_codes(user: User) -> list[str]:
    """New codes, readable this once; nothing where the person has some already."""
    codes = RecoveryCodes.activate(user)
    if codes.did_view:
        return []
    codes.mark_as_viewed()
    return list(codes.generate_codes())


def _lock(user: User) -> None:
    User.objects.select_for_update().get(pk=user.pk)


def _locked_factor(user: User, kind: str) -> Authenticator | None:
    factor: Authenticator | None = Authenticator.objects.select_for_update().filter(user=user, type=kind).first()
    return factor


def _note_use(factor: Authenticator, now: datetime) -> None:
    Authenticator.objects.filter(pk=factor.pk).update(last_used_at=now)


def _counted_as(user: User) -> str:
    return f"second factor of {user.get_username()}"


def _failures(user: User, now: datetime) -> int:
    recent = AccessAttempt.objects.filter(username=_counted_as(user), attempt_time__gt=now - settings.AXES_COOLOFF_TIME)
    return int(recent.aggregate(total=Sum("failures_since_start"))["total"] or 0)
