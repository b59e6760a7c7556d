"""Two reports, figure by figure."""

from collections.abc import Iterator
from typing import Any

type Difference = tuple[str, Any, Any]


def differences(one: Any, other: Any) -> list[Difference]:
    """Where they are not equal to the last digit: the path, and both values."""
    return list(_differences(one, other, ""))


def _differences(one: Any, other: Any, path: str) -> Iterator[Difference]:
    one, other = _as_json(one), _as_json(other)
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted(one.keys() | other.keys()):
            yield from _differences(one.get(key), other.get(key), f"{path}.{key}" if path else key)
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for place, pair in enumerate(zip(one, other, strict=True)):
            yield from _differences(*pair, f"{path}[{place}]")
    elif one != other:
        yield path, one, other


def _as_json(value: Any) -> Any:
    """A file of figures has lists for tuples and texts for the keys of objects."""
    if isinstance(value, dict):
        return {str(key): each for key, each in value.items()}
    return list(value) if isinstance(value, tuple) else value
