"""Which addresses and keys a configured endpoint may use (docs/generation.md, "What may be called").

Studies are run by people who are not the operator: no study may reach into the operator's network or send one of
the operator's keys to an address of its own choice.
"""

import os
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from accounts.encryption import Unreadable
from accounts.outgoing import NotPublic, addresses_of
from generation.keys import Origin, open_key
from generation.models import Endpoint
from generation.models.endpoints import KEY_VARIABLE

ALLOWED_HOSTS_VARIABLE = "YARDSTICK_LLM_ALLOWED_HOSTS"


class AddressRefused(Exception):
    """The address may not be called, or the key may not be sent to it. The message says why and what to do."""


def check_address(url: str) -> None:
    """Refuse what is not http(s) to a public address or to a host the operator allowed. Resolves the name.

    For who enters it: the call looks the name up itself, and connects to what it has checked.
    """
    parts = _split(url)
    if _is_allowed(parts):
        return
    host = parts.hostname or ""
    try:
        addresses_of(host, parts.port or (443 if parts.scheme == "https" else 80), may_lie_inside=False)
    except NotPublic as error:
        raise AddressRefused(not_public(error)) from error
    except (OSError, ValueError) as error:
        raise AddressRefused(f"{host} can't be resolved.") from error


def check_endpoint(endpoint: Endpoint) -> None:
    if not may_lie_inside(endpoint):
        check_address(endpoint.base_url)


def may_lie_inside(endpoint: Endpoint) -> bool:
    """The operator chose the address or allowed it. Looks nothing up. Raises AddressRefused for what is no address."""
    if not endpoint.is_embedded:
        return _is_allowed(_split(endpoint.base_url))
    if not settings.LLM_BASE_URL:
        raise AddressRefused("No local model has been started and YARDSTICK_LLM_BASE_URL is not set.")
    return True


def not_public(refused: NotPublic) -> str:
    return f"{refused} The operator can allow it by naming it in {ALLOWED_HOSTS_VARIABLE}."


def key_for(endpoint: Endpoint) -> str:
    """The key itself, at the moment of the call: a stored one is decrypted, else it is read from the environment.

    ``YARDSTICK_LLM_<NAME>_KEY`` is sent only to the host of ``YARDSTICK_LLM_<NAME>_URL``, and ``YARDSTICK_LLM_API_KEY``
    only to that of ``YARDSTICK_LLM_BASE_URL``.
    """
    variable = endpoint.key_variable
    if endpoint.sealed_key and not endpoint.is_embedded:
        return _stored_key(endpoint)
    if not variable:
        return "none"
    if not KEY_VARIABLE.fullmatch(variable):
        raise AddressRefused(f"{variable} is not a variable made for keys of endpoints.")
    partner = _partner(variable)
    bound = settings.LLM_BASE_URL if variable == "YARDSTICK_LLM_API_KEY" else os.environ.get(partner, "").strip()
    key = os.environ.get(variable, "").strip()
    if not key or not bound:
        raise AddressRefused(f"{variable} and {partner} must both be set where the workers run.")
    if _origin(bound) != _origin(endpoint.address):
        raise AddressRefused(f"{variable} goes only to the host of {partner}.")
    return key


def _stored_key(endpoint: Endpoint) -> str:
    try:
        key = open_key(endpoint.sealed_key, origin=_origin(endpoint.base_url))
    except Unreadable as error:
        raise AddressRefused(
            "The stored key can't be read: it was encrypted with another secret key. Enter it again."
        ) from error
    if key is None:
        raise AddressRefused("The stored key was entered for another host. Enter it again for this one.")
    return key


def origin_of(url: str) -> Origin:
    """Scheme, host and port: where a key goes. Raises AddressRefused."""
    return _origin(url)


def _partner(variable: str) -> str:
    if variable == "YARDSTICK_LLM_API_KEY":
        return "YARDSTICK_LLM_BASE_URL"
    return variable.removesuffix("KEY") + "URL"


def _split(url: str) -> SplitResult:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise AddressRefused("An address with http:// or https:// and a host is expected.")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise AddressRefused("The address must have no user, password, query or fragment.")
    try:
        _ = parts.port
    except ValueError as error:
        raise AddressRefused("The port must be a number up to 65535.") from error
    return parts


def _origin(url: str) -> Origin:
    parts = _split(url)
    return parts.scheme, parts.hostname, parts.port


def _is_allowed(parts: SplitResult) -> bool:
    host = parts.hostname or ""
    names = {host, f"{host}:{parts.port}"} if parts.port else {host}
    allowed = {name.strip() for name in os.environ.get(ALLOWED_HOSTS_VARIABLE, "").split(",") if name.strip()}
    configured = "" if settings.LLM_IS_EMBEDDED else settings.LLM_BASE_URL
    return bool(names & allowed) or (bool(configured) and _origin(configured) == _origin(parts.geturl()))
