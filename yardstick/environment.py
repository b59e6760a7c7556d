"""Readers of environment variables that refuse nonsense instead of guessing."""

import os
import re
from ipaddress import IPv4Network, IPv6Network, ip_network
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

SECRET_KEY_MIN_LENGTH = 50
_SECONDS = {"s": 1, "m": 60, "h": 3600}
_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"", "0", "false", "no", "off"}


def boolean(name: str, *, default: bool = False) -> bool:
    value = os.environ.get(name)
    if value is None:
        return default
    if value.strip().lower() in _TRUE:
        return True
    if value.strip().lower() in _FALSE:
        return False
    raise ImproperlyConfigured(f"{name} must be one of 1/true/yes/on or 0/false/no/off, not {value!r}.")


def integer(name: str, *, default: int, minimum: int, maximum: int) -> int:
    value = os.environ.get(name)
    if value is None:
        return default
    try:
        number = int(value)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.") from error
    if not minimum <= number <= maximum:
        raise ImproperlyConfigured(f"{name} must be between {minimum} and {maximum}, not {number}.")
    return number


def words(name: str, *, default: list[str]) -> list[str]:
    """A comma-separated list; empty parts are dropped."""
    value = os.environ.get(name)
    if value is None:
        return default
    return [part.strip() for part in value.split(",") if part.strip()]


def text(name: str, *, default: str = "") -> str:
    return os.environ.get(name, default).strip()


def limit(name: str, *, default: str) -> tuple[int, int] | None:
    """How many in how many seconds: ``20/m``, ``30/5m``, ``500/h``. None for ``off``."""
    value = text(name) or default
    if value == "off":
        return None
    found = re.fullmatch(r"([1-9]\d{0,8})/([1-9]\d{0,3})?([smh])", value)
    if found is None:
        raise ImproperlyConfigured(f'{name} must be "off" or like 20/m, 30/5m or 500/h, not {value!r}.')
    count, periods, unit = found.groups()
    return int(count), int(periods or 1) * _SECONDS[unit]


def proxies(name: str) -> int | list[IPv4Network | IPv6Network]:
    """A number of proxies, or the networks they are in."""
    given = words(name, default=[])
    if len(given) == 1 and given[0].isdecimal():
        return integer(name, default=0, minimum=0, maximum=9)
    try:
        return [ip_network(network) for network in given]
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a number of proxies or their networks: {error}.") from error


def addresses(name: str, *, default: str) -> list[str]:
    """One or more addresses as a browser names an origin: scheme, host and port, no path. All http, or all https."""
    found = [_origin(name, part) for part in words(name, default=[default])]
    if len({origin.partition(":")[0] for origin in found}) != 1:
        raise ImproperlyConfigured(f"{name} must have addresses of one kind, https:// or http://, not {found}.")
    return found


def _origin(name: str, value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ImproperlyConfigured(f"{name} must be like https://yardstick.example.org, without a path, not {value!r}.")
    return f"{parts.scheme}://{parts.netloc.lower()}"


def secret_key(value: str) -> str:
    """The signing key. A short, repeated or well-known value is refused: it would let anyone forge a session."""
    if len(value) < SECRET_KEY_MIN_LENGTH or len(set(value)) < 10 or "insecure" in value or "change" in value.lower():
        raise ImproperlyConfigured(
            f"YARDSTICK_SECRET_KEY must be at least {SECRET_KEY_MIN_LENGTH} random characters. "
            "Make one with: python -c 'import secrets; print(secrets.token_urlsafe(50))'"
        )
    return value
