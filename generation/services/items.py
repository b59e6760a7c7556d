"""The life of one item: claimed, given back, failed, stored. All of it in PostgreSQL, each step conditional."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from generation.client import CallFailed
from generation.enums import CallState, ItemState, Reason, RunState
from generation.models import Endpoint, ModelCall, Run, RunItem

# A worker that shows no sign of life for this long is dead (it shows one every 5 s).
DEAD_AFTER = timedelta(seconds=20)
_LEASE_MARGIN = timedelta(seconds=60)
# Until the first call is opened, which renews the lease for as long as it may take.
_FIRST_LEASE = timedelta(seconds=60)
# An announced item that nobody claimed for this long was lost by the broker, or no worker is free.
ANNOUNCED_FOR = timedelta(seconds=60)
# How often an item may fail for a reason before it stays failed; once where nothing is said.
_TRIES = {
    Reason.RATE_LIMITED: 10,
    Reason.CONNECTION: 6,
    Reason.SERVER_ERROR: 5,
    Reason.WORKER_LOST: 5,
    Reason.TIMEOUT: 4,
    Reason.INVALID_OUTPUT: 4,
    Reason.TRUNCATED: 3,
    Reason.TOO_LONG: 3,
}
_AT_ONCE = {Reason.INVALID_OUTPUT, Reason.TRUNCATED, Reason.TOO_LONG}
_FIRST_WAIT, _LONGEST_WAIT = 2.0, 120.0


def lease(endpoint: Endpoint, now: datetime) -> datetime:
    return now + timedelta(seconds=endpoint.timeout_seconds) + _LEASE_MARGIN


def claim_item(*, item_id: int, worker: str, now: datetime) -> RunItem | None:
    """The item, now this worker's, or None: done, taken, not due, or its run stopped.

    Only an announced item can be claimed, and no more are announced than the endpoint has calls free: so the
    endpoint's concurrency holds over all workers without a lock here. An announcement is good for as long as its message.
    """
    claimed = RunItem.objects.filter(
        pk=item_id,
        state=ItemState.WAITING,
        run__state=RunState.RUNNING,
        not_before__lte=now,
        announced_at__gt=now - ANNOUNCED_FOR,
    ).update(
        state=ItemState.RUNNING,
        worker=worker,
        lease_expires_at=now + _FIRST_LEASE,
    )
    if not claimed:
        return None
    return RunItem.objects.select_related("run__endpoint", "run__system", "run__study").get(pk=item_id)


def give_back(*, item: RunItem, not_before: datetime) -> None:
    """Not now: the item waits again, and it counts as no failure."""
    _mine(item).update(state=ItemState.WAITING, worker="", announced_at=None, not_before=not_before)


def fail_item(*, item: RunItem, failure: CallFailed, now: datetime) -> None:
    """Wait and try again while that makes sense, else fail for good. Either way the item says why."""
    attempts = item.attempts + 1
    stopped = Run.objects.filter(pk=item.run_id, state=RunState.CANCELLED).exists()
    final = attempts >= _tries(item, failure.reason)
    state = ItemState.CANCELLED if stopped else ItemState.FAILED if final else ItemState.WAITING
    _mine(item).update(
        state=state,
        attempts=attempts,
        reason_code=failure.reason,
        reason=str(failure),
        worker="",
        announced_at=None,
        not_before=now + timedelta(seconds=backoff(failure, attempts)),
        finished_at=None if state == ItemState.WAITING else now,
    )


def _tries(item: RunItem, reason: Reason) -> int:
    """What a response is written from can't be shown in part."""
    return 1 if item.response_kind and reason == Reason.TOO_LONG else _TRIES.get(reason, 1)


def backoff(failure: CallFailed, attempts: int) -> float:
    """Seconds until the next try: doubling, spread by a quarter, and never before the endpoint asked for."""
    if failure.reason in _AT_ONCE:
        return 0.0
    wait = min(_FIRST_WAIT * 2 ** (attempts - 1), _LONGEST_WAIT) * random.uniform(0.75, 1.25)  # noqa: S311 - a spread
    return float(max(wait, failure.retry_after or 0.0))


@transaction.atomic
def finish_item(*, item: RunItem, store: Callable[[], int], notes: dict[str, object], now: datetime) -> bool:
    """Store the output and mark the item done, both or neither. False where another worker has stored one already.

    Neither a lost lease nor a cancelled run matters here: the answer has been paid for.
    """
    held = RunItem.objects.select_for_update().filter(pk=item.pk).exclude(state=ItemState.DONE).first()
    if held is None:
        return False
    held.produced = store()
    held.state, held.finished_at, held.notes = ItemState.DONE, now, notes
    held.reason_code = held.reason = held.worker = ""
    held.save(
        update_fields=["produced", "state", "finished_at", "notes", "reason_code", "reason", "worker"],
    )
    return True


def _mine(item: RunItem) -> QuerySet[RunItem]:
    return RunItem.objects.filter(pk=item.pk, state=ItemState.RUNNING, worker=item.worker)


@transaction.atomic
def recover_lost_items(*, dead_workers: list[str], now: datetime) -> int:
    """Items of workers that died go back to waiting; their calls in flight are closed as interrupted."""
    running = RunItem.objects.filter(state=ItemState.RUNNING).select_related("run")
    lost = running.filter(worker__in=dead_workers) | running.filter(lease_expires_at__lt=now)
    count = 0
    for item in lost.select_for_update(of=("self",), skip_locked=True).order_by("pk"):
        ModelCall.objects.filter(item=item, state=CallState.STARTED).update(
            state=CallState.INTERRUPTED, finished_at=now, error="Its worker was lost while the call was in flight."
        )
        fail_item(item=item, failure=CallFailed(Reason.WORKER_LOST, "The worker was lost."), now=now)
        count += 1
    return count
