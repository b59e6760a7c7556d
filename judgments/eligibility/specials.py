"""Which of a rater's pages are not regular ones: gold, attention checks, controls, own pages with swapped sides. Pure.

A share of p percent puts one such page at a keyed place into each stretch of 100/p pages: the rate is exact, nobody can
foretell the place, and none of it depends on what others do. A kind takes a place that none before it has taken.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from conversations.models import Stage
from judgments.enums import Special
from judgments.stages import behaviour

MOST_SPECIAL = 30  # percent of a rater's pages: most of their time goes into what counts


def shares_of(stage: Stage) -> dict[Special, int]:
    """In percent of a rater's pages; the first kinds choose their places first."""
    has_sides = behaviour(stage.number).has_sides
    return {
        Special.GOLD: stage.gold_share,
        Special.ATTENTION: stage.attention_share,
        Special.CONTROL: stage.control_share if has_sides else 0,
        Special.REPEAT: stage.repeat_share if has_sides else 0,
    }


def special_page(*, key: bytes, rater_id: int, ordinal: int, shares: Mapping[Special, int]) -> Special | None:
    """What the rater's page number ``ordinal`` (counted from 0 over their claims) is meant to be, if not regular."""
    return _Places(key, rater_id, shares).at(ordinal)


@dataclass(frozen=True, slots=True)
class Ahead:
    """What may still come to a rater who has been given ``claims`` pages; ``judged``: once the open one is."""

    claims: int
    judged: int
    regular: int
    controls: int
    repeats: int  # own pages that could be given again now


def more_pages(*, key: bytes, rater_id: int, shares: Mapping[Special, int], ahead: Ahead, pause: int) -> int:
    """How many controls and repeats come between and right after the regular pages that are left.

    Gold and attention checks take the place of the page that they were made from. A page can be given again once
    ``pause`` others were judged after it.
    """
    places = _Places(key, rater_id, shares)
    left = {Special.CONTROL: ahead.controls, Special.REPEAT: ahead.repeats}
    regular, judged, at, more = ahead.regular, ahead.judged, ahead.claims, 0
    while True:
        kind = places.at(at)
        if kind in left and left[kind] > 0:
            left[kind] -= 1
            more += 1
        elif regular:
            regular -= 1
        else:
            return more
        if kind != Special.REPEAT:
            judged += 1
            left[Special.REPEAT] += judged > pause
        at += 1


class _Places:
    """Of one rater."""

    def __init__(self, key: bytes, rater_id: int, shares: Mapping[Special, int]) -> None:
        self._key, self._rater_id = key, rater_id
        self._shares = {kind: share for kind, share in shares.items() if share}
        self._found: dict[tuple[Special, int], int | None] = {}

    def at(self, ordinal: int, *, before: Special | None = None) -> Special | None:
        """The kind that has this place; of those before one kind only, if asked."""
        for kind, share in self._shares.items():
            if kind == before:
                return None
            if self._place(kind, int(ordinal / Fraction(100, share))) == ordinal:
                return kind
        return None

    def _place(self, kind: Special, number: int) -> int | None:
        """Where the kind stands in its stretch of that number; None where the kinds before it have taken it all."""
        if (kind, number) not in self._found:
            stretch = Fraction(100, self._shares[kind])
            free = [
                ordinal
                for ordinal in range(ceil(stretch * number), ceil(stretch * (number + 1)))
                if self.at(ordinal, before=kind) is None
            ]
            self._found[kind, number] = free[self._drawn(kind, number) % len(free)] if free else None
        return self._found[kind, number]

    def _drawn(self, kind: Special, number: int) -> int:
        digest = hmac.digest(self._key, f"special:{kind}:{self._rater_id}:{number}".encode(), "sha256")
        return int.from_bytes(digest[:8])
