"""What a crowd platform tells by webhook: how its submissions stand."""

import base64
import hmac
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import Q

from raters.enums import EnrolmentOutcome
from raters.models import Arrival, Enrolment, PlatformEvent
from raters.services.arrivals import end_arrival

# The signature's time: a request is signed anew at each try, so an old one was kept by somebody.
SIGNED_WITHIN = timedelta(minutes=30)
GIVEN_BACK = frozenset({"RETURNED", "TIMED-OUT"})
STATUS_CHANGED = "submission.status.change"


class ForgedEvent(Exception):
    """The request was not signed with our secret, or long ago."""


def check_signature(*, secret: str, body: bytes, timestamp: str, signature: str, now: datetime) -> None:
    """Prolific signs its timestamp (Unix seconds) followed by the body: HMAC-SHA256, base64. Raises ForgedEvent."""
    digest = hmac.digest(secret.encode(), timestamp.encode() + body, "sha256")
    if not hmac.compare_digest(base64.b64encode(digest), signature.encode()):
        raise ForgedEvent
    try:
        signed_at = datetime.fromtimestamp(float(timestamp), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise ForgedEvent from error
    if abs(now - signed_at) > SIGNED_WITHIN:
        raise ForgedEvent


@transaction.atomic
def take_status(*, event_id: str, session_id: str, status: str, sent_at: datetime, now: datetime) -> bool:
    """A submission of Prolific has a new status. False for an event that was taken before.

    A returned or timed-out submission frees its leases at once: the claim reads the enrolment's outcome. Events come in
    any order, so one that is older than what we know changes nothing.
    """
    arrival = (
        Arrival.objects.select_for_update(of=("self",))
        .filter(session_id=session_id, entry_link__platform="prolific")
        .order_by("-arrived_at")
        .first()
    )
    _event, is_new = PlatformEvent.objects.get_or_create(
        pk=event_id, defaults={"kind": STATUS_CHANGED, "arrival": arrival, "sent_at": sent_at}
    )
    if not is_new or arrival is None:
        return is_new
    newer = Q(platform_status_at__isnull=True) | Q(platform_status_at__lt=sent_at)
    known = Arrival.objects.filter(newer, pk=arrival.pk)
    if known.update(platform_status=status, platform_status_at=sent_at) and status in GIVEN_BACK:
        _give_back(arrival, now)
    return True


def _give_back(arrival: Arrival, now: datetime) -> None:
    end_arrival(arrival=arrival, outcome=EnrolmentOutcome.RETURNED, now=now)
    went_on = Arrival.objects.filter(enrolment=arrival.enrolment_id, arrived_at__gt=arrival.arrived_at).exists()
    if not went_on:
        standing = Enrolment.objects.filter(pk=arrival.enrolment_id, outcome__in=["", EnrolmentOutcome.COMPLETED])
        standing.update(outcome=EnrolmentOutcome.RETURNED)
