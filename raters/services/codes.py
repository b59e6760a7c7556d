"""What a rater takes back to the platform once an arrival has ended."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from raters.models import Arrival, CompletionCode

PLACE_OF_CODE = "{code}"


@dataclass(frozen=True, slots=True)
class ReturnTicket:
    code: str  # empty where the link has none for this outcome
    address: str  # back to the platform; empty where the link names none


def show_code(*, arrival: Arrival, now: datetime) -> ReturnTicket:
    """The code of the outcome the arrival ended with. It is kept that it was shown, and when first.

    Raises ValueError for an arrival that has not ended: nothing was earned yet.
    """
    if not arrival.outcome:
        raise ValueError("This arrival has not ended.")
    link = arrival.entry_link
    found = CompletionCode.objects.filter(entry_link=link, outcome=arrival.outcome).first() if link else None
    if link is None or found is None:
        return ReturnTicket("", "")
    Arrival.objects.filter(pk=arrival.pk, code_shown_at__isnull=True).update(code_shown_at=now)
    address = link.return_address if link.return_address.startswith("https://") else ""
    return ReturnTicket(found.code, address.replace(PLACE_OF_CODE, quote(found.code, safe="")))
