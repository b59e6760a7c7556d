"""Keys of endpoints that are stored: encrypted, and bound to the origin they were entered for."""

from accounts.encryption import seal, unseal

type Origin = tuple[str, str | None, int | None]


def seal_key(key: str, *, origin: Origin) -> str:
    return seal(f"{_line(origin)}\n{key}")


def open_key(sealed: str, *, origin: Origin) -> str | None:
    """The key, or None where it was entered for another origin: whoever changes the address must not send it there.

    Raises accounts.encryption.Unreadable.
    """
    bound, _, key = unseal(sealed).partition("\n")
    return key if bound == _line(origin) else None


def _line(origin: Origin) -> str:
    scheme, host, port = origin
    return f"{scheme}://{host}:{port or (443 if scheme == 'https' else 80)}"
