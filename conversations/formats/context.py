"""What the rows of one file share while it is parsed."""

import hashlib
from dataclasses import dataclass, field

from .options import Options

_REMEMBERED = 200_000


@dataclass
class Context:
    options: Options
    _seen: set[bytes] = field(default_factory=set)

    def first_time(self, *parts: str) -> bool:
        """Whether this was not met lately. Storing a row twice changes nothing, so forgetting only costs time."""
        digest = hashlib.sha256("\x00".join(parts).encode()).digest()[:16]
        if digest in self._seen:
            return False
        if len(self._seen) >= _REMEMBERED:
            self._seen.clear()
        self._seen.add(digest)
        return True
