"""What a crowd platform tells by webhook: how its submissions stand."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from raters.enums import EnrolmentOutcome
from raters.models import Arrival, Enrolment, PlatformEvent
from raters.platforms.base import StatusEvent
from raters.services.arrivals import end_arrival


@transaction.atomic
def take_status(*, platform: str, event: StatusEvent, gives_back: bool, now: datetime) -> bool:
    """A submission of the platform has a new status. False for an event that was taken before.

    What is given back frees its leases at once: the claim reads the enrolment's outcome. Events come in any order, so
    one that is older than what we know changes nothing.
    """
    arrival = (
        Arrival.objects.select_for_update(of=("self",))
        .filter(session_id=event.session_id, entry_link__platform=platform)
        .order_by("-arrived_at")
        .first()
    )
    _event, is_new = PlatformEvent.objects.get_or_create(
        pk=event.event_id, defaults={"kind": event.kind, "arrival": arrival, "sent_at": event.sent_at}
    )
    if not is_new or arrival is None:
        return is_new
    newer = Q(platform_status_at__isnull=True) | Q(platform_status_at__lt=event.sent_at)
    known = Arrival.objects.filter(newer, pk=arrival.pk)
    if known.update(platform_status=event.status, platform_status_at=event.sent_at) and gives_back:
        _give_back(arrival, now)
    return True


def _give_back(arrival: Arrival, now: datetime) -> None:
    end_arrival(arrival=arrival, outcome=EnrolmentOutcome.RETURNED, now=now)
    went_on = Arrival.objects.filter(enrolment=arrival.enrolment_id, arrived_at__gt=arrival.arrived_at).exists()
    if not went_on:
        standing = Enrolment.objects.filter(pk=arrival.enrolment_id, outcome__in=["", EnrolmentOutcome.COMPLETED])
        standing.update(outcome=EnrolmentOutcome.RETURNED)
