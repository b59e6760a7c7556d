"""Which items the broker is told of: never more than an endpoint may have open at once."""

from datetime import datetime, timedelta

from django.db import transaction

from generation.enums import ItemState, RunState
from generation.models import Endpoint, RunItem

# An announced item that nobody claimed for this long was lost by the broker, or no worker is free.
ANNOUNCED_FOR = timedelta(seconds=60)


def active_endpoints() -> list[int]:
    return list(Endpoint.objects.filter(runs__state=RunState.RUNNING).distinct().values_list("pk", flat=True))


@transaction.atomic
def announce_items(*, endpoint_id: int, now: datetime) -> list[int]:
    """Mark the next due items of an endpoint as announced, as many as it has free calls. The caller sends their ids."""
    endpoint = Endpoint.objects.select_for_update().get(pk=endpoint_id)
    items = RunItem.objects.filter(run__endpoint=endpoint, run__state=RunState.RUNNING)
    open_calls = RunItem.objects.filter(run__endpoint=endpoint, state=ItemState.RUNNING).count()
    recently = now - ANNOUNCED_FOR
    announced = items.filter(state=ItemState.WAITING, announced_at__gt=recently).count()
    free = endpoint.concurrency - open_calls - announced
    if free <= 0:
        return []
    due = items.filter(state=ItemState.WAITING, not_before__lte=now).exclude(announced_at__gt=recently)
    chosen = list(due.order_by("pk").values_list("pk", flat=True)[:free])
    RunItem.objects.filter(pk__in=chosen).update(announced_at=now)
    return chosen


def withdraw_announcement(*, item_ids: list[int]) -> None:
    """The broker did not take them."""
    RunItem.objects.filter(pk__in=item_ids, state=ItemState.WAITING).update(announced_at=None)
