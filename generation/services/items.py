"""The life of one item: claimed, given back, failed, stored. All of it in PostgreSQL, each step conditional."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from generation.client import CallFailed
from generation.enums import CallState, FailureReason, ItemState, RunState
from generation.models import ModelCall, Run, RunItem

# A worker that shows no sign of life for this long is dead (it shows one every 5 s).
DEAD_AFTER = timedelta(seconds=20)
_LEASE_MARGIN = timedelta(seconds=60)
# An announced item that nobody claimed for this long was lost by the broker, or no worker is free.
ANNOUNCED_FOR = timedelta(seconds=60)
# How often an item may fail for a reason before it stays failed; once where nothing is said.
_TRIES = {
    FailureReason.RATE_LIMITED: 10,
    FailureReason.CONNECTION: 6,
    FailureReason.SERVER_ERROR: 5,
    FailureReason.WORKER_LOST: 5,
    FailureReason.TIMEOUT: 4,
    FailureReason.INVALID_OUTPUT: 4,
    FailureReason.TRUNCATED: 3,
    FailureReason.TOO_LONG: 3,
}
_AT_ONCE = {FailureReason.INVALID_OUTPUT, FailureReason.TRUNCATED, FailureReason.TOO_LONG}
_FIRST_WAIT, _LONGEST_WAIT = 2.0, 120.0


def claim_item(*, item_id: int, worker: str, now: datetime) -> RunItem | None:
    """The item, now this worker's, or None: done, taken, not due, or its run stopped.

    Only an announced item can be claimed, and no more are announced than the endpoint has calls free: so the
    endpoint's concurrency holds over all workers without a lock here. An announcement is good for as long as its message.
    """
    values = {
        "item": item_id,
        "worker": worker,
        "now": now,
        "recently": now - ANNOUNCED_FOR,
        "margin": _LEASE_MARGIN.total_seconds(),
    }
    item = next(iter(RunItem.objects.raw(_CLAIM, values)), None)
    if item is not None:
        item.run = Run.objects.select_related("endpoint").get(pk=item.run_id)
    return item


_CLAIM = """
    UPDATE generation_runitem item
    SET state = 'running', worker = %(worker)s,
        lease_expires_at = %(now)s + make_interval(secs => endpoint.timeout_seconds + %(margin)s)
    FROM generation_run run JOIN generation_endpoint endpoint ON endpoint.id = run.endpoint_id
    WHERE item.id = %(item)s AND item.state = 'waiting' AND run.id = item.run_id AND run.state = 'running'
        AND item.not_before <= %(now)s AND item.announced_at > %(recently)s
    RETURNING item.*
"""


def keep_leased(*, item: RunItem, begins: datetime) -> None:
    """Renew the lease, unless it will hold for a call that begins then."""
    ends = begins + timedelta(seconds=item.run.endpoint.timeout_seconds)
    if item.lease_expires_at is None or item.lease_expires_at < ends + _LEASE_MARGIN / 2:
        item.lease_expires_at = ends + _LEASE_MARGIN
        _mine(item).update(lease_expires_at=item.lease_expires_at)


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


def _tries(item: RunItem, reason: FailureReason) -> int:
    """What a response is written from can't be shown in part."""
    return 1 if item.response_kind and reason == FailureReason.TOO_LONG else _TRIES.get(reason, 1)


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
    held = RunItem.objects.filter(pk=item.pk).exclude(state=ItemState.DONE)
    if not held.select_for_update().values_list("pk"):
        return False
    held.update(
        produced=store(), state=ItemState.DONE, finished_at=now, notes=notes, reason_code="", reason="", worker=""
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
        fail_item(item=item, failure=CallFailed(FailureReason.WORKER_LOST, "The worker was lost."), now=now)
        count += 1
    return count
