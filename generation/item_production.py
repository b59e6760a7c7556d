"""Producing one item from start to end. The task, the commands and the tests all come through here."""

from django.utils import timezone

from generation.client import CallFailed
from generation.kinds.registry import kind_of
from generation.models import RunItem
from generation.services.calls import BudgetUsedUp, Postponed, pause_for_budget
from generation.services.items import claim_item, fail_item, give_back


def produce_item(*, item_id: int, worker: str) -> RunItem | None:
    """Claim the item, call the model, store what came or why nothing came. None where there was nothing to claim."""
    item = claim_item(item_id=item_id, worker=worker, now=timezone.now())
    if item is None:
        return None
    try:
        kind_of(item.run.kind).produce(item)
    except CallFailed as failure:
        fail_item(item=item, failure=failure, now=timezone.now())
    except BudgetUsedUp as postponed:
        pause_for_budget(item.run)
        give_back(item=item, not_before=postponed.until)
    except Postponed as postponed:
        give_back(item=item, not_before=postponed.until)
    return item
