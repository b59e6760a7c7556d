"""A rater's first page. Whoever has given no answer yet may be a machine that only takes pages away from others.

So of the raters of one address and link only some may hold a first page at once, and where there is a choice they are spread
over the tasks: for each task one slot stays free for others. Who has submitted once is not counted any more.
"""

from collections import Counter
from collections.abc import Collection
from datetime import datetime

from django.conf import settings
from django.db.models import Exists, OuterRef

from conversations.models import Stage
from judgments.counting import judged
from judgments.eligibility.slots import open_slots
from judgments.enums import TaskKind
from judgments.models import Assignment, Slot
from judgments.work.claiming import claim_next
from raters.models import Rater

FEWEST = 3  # may always begin at once, however small the stage is


class TooManyBegin(Exception):
    """So many raters of this address have begun and not submitted anything yet that the next one has to wait."""


def has_begun(*, rater: Rater, stage: Stage) -> bool:
    return Assignment.objects.filter(rater=rater, stage=stage, task__kind=TaskKind.REGULAR).exists()


def claim_first(*, rater: Rater, stage: Stage, neighbours: Collection[int], now: datetime) -> Assignment | None:
    """``claim_next`` for who has not begun. ``neighbours``: raters who came from the same address lately, by the same link.

    Raises TooManyBegin.
    """
    held = _held_by_beginners(stage, neighbours, now)
    if held.total() >= _most_at_once(stage):
        raise TooManyBegin
    full = [task for task, count in held.items() if count >= max(1, stage.k - 1)]
    first = claim_next(rater=rater, stage=stage, now=now, avoided=full)
    return claim_next(rater=rater, stage=stage, now=now) if first is None and full else first


def _held_by_beginners(stage: Stage, raters: Collection[int], now: datetime) -> Counter[int]:
    """How many first pages these raters hold, by task."""
    answered = Assignment.objects.filter(judged(), rater=OuterRef("assignment__rater"), stage=stage)
    leased = open_slots().filter(stage=stage, lease_expires_at__gt=now)
    held = leased.filter(~Exists(answered), assignment__rater__in=raters)
    return Counter(held.values_list("task_id", flat=True))


def _most_at_once(stage: Stage) -> int:
    """As the operator says, and less than half of a small stage."""
    most: int = settings.MOST_BEGINNERS
    slots = len(Slot.objects.filter(stage=stage, withdrawn=False).values_list("pk")[: 2 * most + 1])
    return max(FEWEST, min(most, (slots - 1) // 2))
