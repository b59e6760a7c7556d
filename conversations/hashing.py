"""What makes two texts or two conversations the same content. Pure."""

import hashlib
import json
from collections.abc import Iterable


def text_hash(text: str) -> str:
    """White space does not count, as for the attributes that are generated."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()


def turns_hash(turns: Iterable[tuple[str, str]]) -> str:
    """Of (role, content) pairs: the same dialogue has one hash, whatever format it came in."""
    normalised = [[role, " ".join(content.split())] for role, content in turns]
    return hashlib.sha256(json.dumps(normalised, ensure_ascii=False).encode()).hexdigest()
