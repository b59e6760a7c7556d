"""Which units share a page. Pure: the study's seed decides, so that it can be told again."""

import hmac
from collections.abc import Sequence


def mixed(ids: Sequence[int], *, seed: int, target_id: int) -> list[int]:
    """``ids`` shuffled by the study's seed, so that each page of a target mixes systems."""
    key = seed.to_bytes(8, "big")
    return sorted(ids, key=lambda item: hmac.digest(key, f"page:{target_id}:{item}".encode(), "sha256"))


def pages[Item](items: Sequence[Item], size: int) -> list[Sequence[Item]]:
    """``items`` on as few pages of at most ``size`` as possible, evenly filled."""
    count = -(-len(items) // size)
    bounds = [round(index * len(items) / count) for index in range(count + 1)] if count else []
    return [items[start:end] for start, end in zip(bounds, bounds[1:], strict=False)]


def page_count(items: int, size: int) -> int:
    return -(-items // size)
