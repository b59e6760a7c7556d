"""Producing one item from start to end. The task, the commands and the tests all come through here."""

from collections.abc import Callable

from django.utils import timezone

from generation.client import CallFailed
from generation.enums import RunKind
from generation.models import RunItem
from generation.services.calls import BudgetUsedUp, Postponed, pause_for_budget
from generation.services.extraction import extract_item
from generation.services.items import claim_item, fail_item, give_back
from generation.services.mentions import mention_item
from generation.services.responses import respond_item
from generation.services.scoring import score_item
from generation.services.votes import vote_item

_PRODUCERS: dict[str, Callable[[RunItem], bool]] = {
    RunKind.EXTRACTION: extract_item,
    RunKind.RESPONSES: respond_item,
    RunKind.VOTES: vote_item,
    RunKind.SCORES: score_item,
    RunKind.MENTIONS: mention_item,
}


def produce_item(*, item_id: int, worker: str) -> RunItem | None:
    """Claim the item, call the model, store what came or why nothing came. None where there was nothing to claim."""
    item = claim_item(item_id=item_id, worker=worker, now=timezone.now())
    if item is None:
        return None
    try:
        _PRODUCERS[item.run.kind](item)
    except CallFailed as failure:
        fail_item(item=item, failure=failure, now=timezone.now())
    except BudgetUsedUp as postponed:
        pause_for_budget(item.run)
        give_back(item=item, not_before=postponed.until)
    except Postponed as postponed:
        give_back(item=item, not_before=postponed.until)
    return item
