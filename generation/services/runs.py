"""Runs are created, paused, resumed, cancelled, and what failed is tried again."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import batched

from django.db import transaction

from accounts.models import User
from accounts.refusals import Refusal
from accounts.services import record
from conversations.models import Study, System
from generation.configuration import RunConfiguration
from generation.enums import ItemState, RunKind, RunState
from generation.models import Endpoint, Run, RunItem, TextVector
from generation.services.endpoints import ensure_system

_BATCH = 1000
_OPEN = [RunState.PENDING, RunState.RUNNING, RunState.PAUSED]


class NothingToDo(Refusal):
    """Everything the run would produce exists already, or there is nothing to produce it from."""

    text = "There is nothing to produce: all of it exists already, or there is nothing to work from."


def create_run(
    *,
    study: Study,
    kind: RunKind,
    endpoint: Endpoint,
    configuration: RunConfiguration,
    budget: Decimal | None,
    actor: User | None,
    system: System | None = None,
) -> Run:
    """A run that is not started yet; by the system that the endpoint is today, unless another is named."""
    system = system or ensure_system(endpoint=endpoint)
    run = Run(
        study=study,
        kind=kind,
        system=system,
        endpoint=endpoint,
        configuration=configuration.with_parameters({"model": endpoint.model, **endpoint.parameters}).stored(),
        budget=budget,
        created_by=actor,
    )
    run.full_clean(exclude=["created_by"])
    run.save()
    return run


def start_run(
    run: Run, items: Iterable[RunItem], *, actor: User | None, now: datetime, left_out: Sequence[str] = ()
) -> Run:
    """Let a new run begin with these items. Raises NothingToDo without any, with the reasons of what is left out."""
    count = sum(len(RunItem.objects.bulk_create(batch)) for batch in batched(items, _BATCH))
    if not count:
        raise NothingToDo(" ".join(left_out) or None)
    run.state, run.started_at = RunState.RUNNING, now
    run.save(update_fields=["state", "started_at"])
    record(actor=actor, action="run.start", study_id=run.study_id, target=str(run), details={"items": count})
    return run


def pause_run(*, run: Run, actor: User | None) -> None:
    """Calls in flight end and are stored; nothing new is begun."""
    _change(run, [RunState.RUNNING], RunState.PAUSED, actor=actor)


@transaction.atomic
def resume_run(*, run: Run, actor: User | None, budget: Decimal | None = None) -> None:
    """Go on; a budget that was used up has to be raised for that."""
    if budget is not None:
        Run.objects.filter(pk=run.pk).update(budget=budget)
    _change(run, [RunState.PAUSED], RunState.RUNNING, actor=actor)


@transaction.atomic
def cancel_run(*, run: Run, actor: User | None, now: datetime) -> None:
    """Drop what waits. An answer that is being paid for is stored all the same when it arrives."""
    _change(run, _OPEN, RunState.CANCELLED, actor=actor)
    run.items.filter(state=ItemState.WAITING).update(state=ItemState.CANCELLED, finished_at=now)
    Run.objects.filter(pk=run.pk, state=RunState.CANCELLED).update(finished_at=now)


@transaction.atomic
def retry_failed(*, run: Run, actor: User | None, now: datetime, reason_code: str = "") -> int:
    """Let failed items, all or those with one reason, wait for another try. Returns how many."""
    failed = run.items.filter(state=ItemState.FAILED)
    if reason_code:
        failed = failed.filter(reason_code=reason_code)
    count = failed.update(
        state=ItemState.WAITING,
        attempts=0,
        reason_code="",
        reason="",
        not_before=now,
        announced_at=None,
        finished_at=None,
    )
    if count:
        _change(run, [RunState.DONE, RunState.CANCELLED], RunState.RUNNING, actor=actor)
        Run.objects.filter(pk=run.pk).update(finished_at=None)
        record(
            actor=actor,
            action="run.retry",
            study_id=run.study_id,
            target=str(run),
            details={"items": count, "reason": reason_code or "all"},
        )
    return count


def _change(run: Run, before: list[RunState], after: RunState, *, actor: User | None) -> None:
    """From one of the states before, and only then; whoever is late changes nothing."""
    if Run.objects.filter(pk=run.pk, state__in=before).update(state=after, stop_reason=""):
        record(actor=actor, action=f"run.{after.value}", study_id=run.study_id, target=str(run))


def close_finished_run(*, run_id: int, now: datetime) -> None:
    """A run without open items is done."""
    open_items = RunItem.objects.filter(run_id=run_id, state__in=[ItemState.WAITING, ItemState.RUNNING])
    if not open_items.exists():
        Run.objects.filter(pk=run_id, state__in=[RunState.RUNNING, RunState.PAUSED]).update(
            state=RunState.DONE, finished_at=now
        )
        if not RunItem.objects.filter(run_id=run_id).exclude(state=ItemState.DONE).exists():
            TextVector.objects.filter(run=run_id).delete()  # nothing of the run can need them again
