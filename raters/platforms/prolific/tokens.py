"""Prolific's signed token: who arrives was sent by Prolific, and nobody changed the address on the way.

The token is a JWT in the address, signed with RS256. Its keys are published (a JWKS); they are kept for a day, and an
unknown key id makes us look once more, twice a minute at most. ``exp`` and ``aud`` are demanded, and its claim ``prolific`` must name the
person, the study and the session that the address names.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpx2
import jwt
from django.conf import settings

from accounts.outgoing import BoundedTransport, open_client
from raters.models import EntryLink
from raters.platforms.base import KeysUnavailable, TokenRefused
from raters.platforms.prolific.host import is_operators

TOKEN_PARAMETERS = ("prolific_token", "token")
_DAY_SECONDS = 24 * 60 * 60
_TIMEOUT_SECONDS = 5
_MOST_BYTES = 1024 * 1024
# What the claim may call what the address calls by the link's own parameter names.
_CLAIM_NAMES = (("participant_id", "participant"), ("study_id", "study"), ("session_id", "submission_id", "session"))


def check_token(link: EntryLink, parameters: Mapping[str, str]) -> None:
    """See ``CheckToken``."""
    given = {name.lower(): value.strip() for name, value in parameters.items()}
    token = next((given[name] for name in TOKEN_PARAMETERS if given.get(name)), "")
    vouched = {str(name).lower(): str(value) for name, value in _verified(token).items()}
    for name, claim_names in zip(
        (link.person_parameter, link.study_parameter, link.session_parameter), _CLAIM_NAMES, strict=True
    ):
        said = next((vouched[known] for known in (name.lower(), *claim_names) if known in vouched), None)
        if name and given.get(name.lower()) != said:
            raise TokenRefused(f"{name} differs")


def _verified(token: str) -> Mapping[str, Any]:
    """The claim ``prolific`` of a token that is genuine and in force."""
    try:
        key = _keys(settings.PROLIFIC_JWKS_URL).get_signing_key_from_jwt(token)
        claims = jwt.decode(
            token,
            key.key,
            algorithms=["RS256"],
            audience=[settings.PROLIFIC_AUDIENCE, urlsplit(settings.PROLIFIC_AUDIENCE).netloc],
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


class _Keys(jwt.PyJWKClient):
    """Fetched as every call of ours goes out: to the address that was checked, bounded in time and size."""

    def fetch_data(self) -> Any:
        transport = BoundedTransport(
            seconds=_TIMEOUT_SECONDS, most_bytes=_MOST_BYTES, may_lie_inside=is_operators(self.uri), most_kept=0
        )
        try:
            with open_client(transport, timeout=_TIMEOUT_SECONDS) as client:
                return client.get(self.uri).raise_for_status().json()
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
            raise jwt.PyJWKClientConnectionError(type(error).__name__) from error


@cache
def _keys(address: str) -> _Keys:
    return _Keys(address, cache_jwk_set=True, lifespan=_DAY_SECONDS)
