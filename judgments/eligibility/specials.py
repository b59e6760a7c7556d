"""Which of a rater's pages are not regular ones: hidden gold, attention checks, own pages with swapped sides. Pure.

A share of p percent puts one such page at a keyed place into each stretch of 100/p pages: the rate is exact, nobody can
foretell the place, and none of it depends on what others do.
"""

import hmac
from fractions import Fraction
from math import ceil

from judgments.enums import Special


def special_page(
    *, key: bytes, rater_id: int, ordinal: int, gold_share: int, attention_share: int, repeat_share: int
) -> Special | None:
    """What the rater's page number ``ordinal`` (counted from 0 over their claims) is meant to be, if not regular."""
    shares = {Special.GOLD: gold_share, Special.ATTENTION: attention_share, Special.REPEAT: repeat_share}
    return next(
        (kind for kind, share in shares.items() if share and _is_due(key, rater_id, kind, ordinal, share)), None
    )


def _is_due(key: bytes, rater_id: int, kind: Special, ordinal: int, share: int) -> bool:
    stretch = Fraction(100, share)
    number = int(ordinal / stretch)
    first, end = ceil(stretch * number), ceil(stretch * (number + 1))
    digest = hmac.digest(key, f"special:{kind}:{rater_id}:{number}".encode(), "sha256")
    return ordinal == first + int.from_bytes(digest[:8]) % (end - first)
