"""Where words stand in the conversations of a page, in parts too that the page has not loaded."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import QuerySet

from conversations.models import Conversation
from conversations.searching import pattern_of, pieces_with

# Some 330,000 words, five times a long history: what a request reads in well under a second.
MOST_SEARCHED = 2_000_000
MOST_HITS = 500
_AT_ONCE = 10


@dataclass(frozen=True, slots=True)
class Found:
    """``hits``: conversation and piece, in the order of the page. ``more``: not all was searched, or more was found."""

    hits: list[tuple[int, int]]
    more: bool


def search(given: QuerySet[Conversation], words: str) -> Found:
    pattern = pattern_of(words)
    if pattern is None:
        return Found([], more=False)
    lengths = list(given.order_by("pk").values_list("pk", "character_count"))
    within = list(_within(lengths))
    bodies = given.filter(pk__in=within).order_by("pk").values_list("pk", "turns").iterator(chunk_size=_AT_ONCE)
    hits: list[tuple[int, int]] = []
    for conversation, turns in bodies:
        hits += [(conversation, piece) for piece in pieces_with(pattern, turns)]
        if len(hits) > MOST_HITS:
            break
    return Found(hits[:MOST_HITS], more=len(within) < len(lengths) or len(hits) > MOST_HITS)


def _within(lengths: list[tuple[int, int]]) -> Iterator[int]:
    left = MOST_SEARCHED
    for conversation, characters in lengths:
        if left <= 0:
            return
        left -= characters
        yield conversation
