"""Which side the personalized response is shown on. Pure; the key never leaves the server.

Sides are drawn in permuted blocks: of each four tasks of a rater two have the personalized response left, in an order
that only the study's key foretells.
"""

import hmac
import uuid
from collections.abc import Iterable

BLOCK = (True, True, False, False)


def personalized_left(*, key: bytes, rater_id: int, ordinal: int) -> bool:
    """The side of the rater's task number ``ordinal`` (counted from 0 over their claims)."""
    block, index = divmod(ordinal, len(BLOCK))
    return _permuted_block(key, rater_id, block)[index]


def _permuted_block(key: bytes, rater_id: int, block: int) -> list[bool]:
    ranks = [_keyed(key, f"side:{rater_id}:{block}:{place}") for place in range(len(BLOCK))]
    return [side for _, side in sorted(zip(ranks, BLOCK, strict=True))]


def _keyed(key: bytes, message: str) -> bytes:
    return hmac.digest(key, message.encode(), "sha256")


def canonical(label_as_seen: int, *, personalized_left: bool) -> int:
    """1..5 as shown (1 = left much better) as it is stored: 5 = personalized much better."""
    return 6 - label_as_seen if personalized_left else label_as_seen


def as_seen(label: int, *, personalized_left: bool) -> int:
    """The inverse of ``canonical``, for a rater who comes back to an answer."""
    return canonical(label, personalized_left=personalized_left)


def sample(pages: Iterable[uuid.UUID], *, size: int, key: bytes) -> list[uuid.UUID]:
    """At most ``size`` of the pages, in an order that only the key foretells: those that are asked about."""
    return sorted(pages, key=lambda page: _keyed(key, f"asked:{page}"))[:size]
