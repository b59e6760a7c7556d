"""Prolific's signed token: who arrives was sent by Prolific, and nobody changed the address on the way.

The token is a JWT in the address, signed with RS256. Its keys are published (a JWKS); they are kept for a day, and an
unknown key id makes us look once more. ``exp`` and ``aud`` are demanded, and its claim ``prolific`` must name the
person, the study and the session that the address names.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

import jwt
from django.conf import settings

_DAY_SECONDS = 24 * 60 * 60
_TIMEOUT_SECONDS = 5
# What the claim may call what the address calls by the link's own parameter names.
_CLAIM_NAMES = (("participant_id", "participant"), ("study_id", "study"), ("session_id", "submission_id", "session"))


class TokenRefused(Exception):
    """The token is missing, forged, out of date, or about somebody else."""


class KeysUnavailable(Exception):
    """Prolific's keys can't be fetched now, so that no token can be checked."""


def verified_claims(token: str) -> Mapping[str, Any]:
    """The claim ``prolific`` of a token that is genuine and in force. Fetches keys, so never inside a transaction.

    Raises:
        TokenRefused, KeysUnavailable.
    """
    try:
        key = _keys(settings.PROLIFIC_JWKS_URL).get_signing_key_from_jwt(token)
        claims = jwt.decode(
            token,
            key.key,
            algorithms=["RS256"],
            audience=settings.PROLIFIC_AUDIENCE,
            options={"require": ["exp", "aud"]},
        )
    except jwt.PyJWKClientConnectionError as error:
        raise KeysUnavailable from error
    except jwt.PyJWTError as error:
        raise TokenRefused(type(error).__name__) from error
    prolific = claims.get("prolific")
    if not isinstance(prolific, Mapping):
        raise TokenRefused("no claim of Prolific")
    return prolific


def claimed(prolific: Mapping[str, Any], *, names: tuple[str, str, str]) -> tuple[str, str, str]:
    """Person, study and session of the claim, by the link's parameter names or Prolific's own."""
    by_name = {str(name).lower(): str(value) for name, value in prolific.items()}
    values = [
        next((by_name[known.lower()] for known in (name, *others) if known.lower() in by_name), "")
        for name, others in zip(names, _CLAIM_NAMES, strict=True)
    ]
    return values[0], values[1], values[2]


@cache
def _keys(address: str) -> jwt.PyJWKClient:
    return jwt.PyJWKClient(address, cache_jwk_set=True, lifespan=_DAY_SECONDS, timeout=_TIMEOUT_SECONDS)
