"""The person card on a page: its first entries, the rest when it is opened, and what its entries rest on."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from conversations.enums import CardBasis
from judgments.rating.material import Rest, ShownText, written
from judgments.stages.person_card import Card

ENTRIES_SHOWN = 12
ENTRIES_AT_ONCE = 50  # of the rest
LONGEST_ENTRY = 2_000  # characters that an entry begins with


@dataclass(frozen=True, slots=True)
class CardView:
    is_checked: bool
    entries: Sequence[ShownText]
    rest: Rest | None = None


def card_view(card: Card, *, start: int = 0) -> CardView:
    """The entries from ``start`` on, as many as are shown at once."""
    end = start + (ENTRIES_AT_ONCE if start else ENTRIES_SHOWN)
    entries = [
        written(f"card-{place}", entry.text, most=LONGEST_ENTRY)
        for place, entry in enumerate(card.entries[start:end], start=start)
    ]
    left = len(card.entries) - end
    rest = Rest(urlencode({"card": end}), _("Show %(count)d more") % {"count": left}) if left > 0 else None
    return CardView(card.basis == CardBasis.ACCEPTED, entries, rest)
