"""Tasks leave the queue, and come back: what they are about was withdrawn or held, or raters found it upsetting."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from conversations.models import Stage
from judgments.eligibility.live import tasks_to_show
from judgments.models import Slot, Task
from judgments.work.leases import FREED

UPSETTING = "upsetting"
TARGET = "target"  # withdrawn or held in the study's material; undone when that is


@transaction.atomic(savepoint=False)
def withdraw_tasks(tasks: QuerySet[Task], *, reason: str, now: datetime) -> int:
    """Close their open slots. What was judged stays; what is being judged becomes surplus."""
    ids = list(tasks.filter(withdrawn_at__isnull=True).values_list("id", flat=True))
    Task.objects.filter(id__in=ids).update(withdrawn_at=now, withdrawn_reason=reason)
    Slot.objects.filter(task__in=ids, filled_at__isnull=True).update(withdrawn=True, **FREED)
    return len(ids)


@transaction.atomic
def sync_withdrawn(*, stage: Stage, now: datetime) -> int:
    """Follow the material: withdraw the tasks whose target is gone or held, and bring back those it came back for."""
    live = tasks_to_show(stage).values("id")
    gone = Task.objects.filter(stage=stage, withdrawn_at__isnull=True).exclude(id__in=live)
    back = Task.objects.filter(stage=stage, withdrawn_reason=TARGET, id__in=live)
    restored = list(back.values_list("id", flat=True))
    Task.objects.filter(id__in=restored).update(withdrawn_at=None, withdrawn_reason="")
    Slot.objects.filter(task__in=restored, withdrawn=True).update(withdrawn=False)
    return withdraw_tasks(gone, reason=TARGET, now=now) + len(restored)
