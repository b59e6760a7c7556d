"""What makes two texts or two conversations the same content. Pure."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any


def text_hash(text: str) -> str:
    """Of an attribute, a prompt or a name, uploaded or generated. White space does not count."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()


def turns_hash(turns: Iterable[tuple[str, str]]) -> str:
    """Of (role, content) pairs: the same dialogue has one hash, whatever format it came in."""
    normalised = [[role, " ".join(content.split())] for role, content in turns]
    return hashlib.sha256(json.dumps(normalised, ensure_ascii=False).encode()).hexdigest()


def settings_hash(settings: Mapping[str, Any]) -> str:
    """Of JSON values: the order of names does not count, and 1 is 1.0, as PostgreSQL may give it back."""
    return hashlib.sha256(json.dumps(_plain(settings), sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
