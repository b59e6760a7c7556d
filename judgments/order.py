"""Which units share a page, and in which order a rater sees them. Pure: keys decide, so that it can be told again."""

import hmac
import itertools
from collections.abc import Iterable, Sequence


def shuffled(ids: Iterable[int], *, key: bytes, rater_id: int, task_id: int) -> list[int]:
    """``ids`` in this rater's order for this task: the same each time, whatever order they come in."""
    return sorted(ids, key=lambda item: hmac.digest(key, f"order:{rater_id}:{task_id}:{item}".encode(), "sha256"))


def mixed(ids: Sequence[int], *, seed: int, target_id: int) -> list[int]:
    """``ids`` shuffled by the study's seed, so that each page of a target mixes systems."""
    key = seed.to_bytes(8, "big")
    return sorted(ids, key=lambda item: hmac.digest(key, f"page:{target_id}:{item}".encode(), "sha256"))


def drawn(ids: Iterable[int], *, seed: int, task_id: int) -> list[int]:
    """A task's conversations in the order in which they are drawn: by the study's seed, the same for all its raters."""
    key = seed.to_bytes(8, "big")
    return sorted(ids, key=lambda item: hmac.digest(key, f"reading:{task_id}:{item}".encode(), "sha256"))


def of_card(texts: Iterable[str], *, key: bytes, case_id: int) -> list[str]:
    """The hashes of a person card's texts in the case's order, whatever order or system they come from."""
    return sorted(texts, key=lambda text: hmac.digest(key, f"card:{case_id}:{text}".encode(), "sha256"))


def pages[Item](items: Sequence[Item], size: int) -> list[Sequence[Item]]:
    """``items`` on as few pages of at most ``size`` as possible, evenly filled."""
    count = -(-len(items) // size)
    bounds = [round(index * len(items) / count) for index in range(count + 1)] if count else []
    return [items[start:end] for start, end in itertools.pairwise(bounds)]


def page_count(items: int, size: int) -> int:
    return -(-items // size)
