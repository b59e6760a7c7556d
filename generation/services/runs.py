"""Runs are created, paused, resumed, cancelled, and what failed is tried again."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from itertools import batched

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from accounts.services import record
from conversations.enums import ResponseKind
from conversations.models import Case, Stage, Study, Subject, System
from generation.configuration import (
    ExtractionConfiguration,
    ResponsesConfiguration,
    RunConfiguration,
    VotesConfiguration,
)
from generation.enums import ItemState, RunKind, RunState
from generation.models import Endpoint, Run, RunItem, TextVector
from generation.queries import scope
from generation.queries.judges import judge_name
from generation.services.endpoints import ensure_system
from judgments.work.building import build_units
from raters.enums import RaterKind
from raters.services.enrolling import enrol_model

_BATCH = 1000
_OPEN = [RunState.PENDING, RunState.RUNNING, RunState.PAUSED]


class NothingToDo(Exception):
    """Everything the run would produce exists already, or there is nothing to produce it from."""


@transaction.atomic
def start_extraction(
    *,
    study: Study,
    endpoint: Endpoint,
    configuration: ExtractionConfiguration | None = None,
    subjects: QuerySet[Subject] | None = None,
    limit: int | None = None,
    budget: Decimal | None = None,
    actor: User | None = None,
    now: datetime,
) -> Run:
    """A run that extracts attributes for each subject that has none of this system yet."""
    run = create_run(
        study=study,
        kind=RunKind.EXTRACTION,
        endpoint=endpoint,
        configuration=configuration or ExtractionConfiguration(),
        budget=budget,
        actor=actor,
    )
    wanted = subjects if subjects is not None else scope.subjects_to_extract(study, run.system)
    items = (RunItem(run=run, subject_id=pk) for pk in wanted.values_list("pk", flat=True)[:limit].iterator())
    return start_run(run, items, actor=actor, now=now)


@transaction.atomic
def start_responses(
    *,
    study: Study,
    endpoint: Endpoint,
    configuration: ResponsesConfiguration | None = None,
    cases: QuerySet[Case] | None = None,
    limit: int | None = None,
    budget: Decimal | None = None,
    actor: User | None = None,
    now: datetime,
) -> Run:
    """A run that writes the generic and the personalized response of each case, where they are missing."""
    run = create_run(
        study=study,
        kind=RunKind.RESPONSES,
        endpoint=endpoint,
        configuration=configuration or ResponsesConfiguration(),
        budget=budget,
        actor=actor,
    )
    return start_run(run, _response_items(run, cases, limit), actor=actor, now=now)


def _response_items(run: Run, cases: QuerySet[Case] | None, limit: int | None) -> Iterator[RunItem]:
    """Both kinds of a case follow each other, so that comparisons appear from the first minute on."""
    missing = {
        kind: set(scope.cases_to_answer(run.study, run.system, kind).values_list("pk", flat=True))
        for kind in (ResponseKind.GENERIC, ResponseKind.PERSONALIZED)
    }
    wanted = set.union(*missing.values())
    if cases is not None:
        wanted &= set(cases.values_list("pk", flat=True))
    for case_id in sorted(wanted)[:limit]:
        for kind, ids in missing.items():
            if case_id in ids:
                yield RunItem(run=run, case_id=case_id, response_kind=kind)


@transaction.atomic
def start_votes(
    *,
    study: Study,
    endpoint: Endpoint,
    configuration: VotesConfiguration,
    limit: int | None = None,
    budget: Decimal | None = None,
    actor: User | None = None,
    now: datetime,
) -> Run:
    """A run that lets a model judge each task of a stage that it has not judged yet, at stage 3 in both orders.

    A stage in draft gets the units that it lacks: votes may come before the raters.
    """
    stage = Stage.objects.get(study=study, number=configuration.stage)
    guidelines = stage.guidelines.first()
    run = create_run(
        study=study,
        kind=RunKind.VOTES,
        endpoint=endpoint,
        configuration=configuration.model_copy(update={"guidelines": guidelines.version if guidelines else None}),
        budget=budget,
        actor=actor,
    )
    name = judge_name(run.system, configuration)
    run.rater = enrol_model(study=study, name=name, kind=RaterKind.MODEL)
    run.save(update_fields=["rater"])
    build_units(stage=stage, target_ids=list(scope.unbuilt_targets(stage))[:limit])
    return start_run(run, _vote_items(run, stage, limit), actor=actor, now=now)


def _vote_items(run: Run, stage: Stage, limit: int | None) -> Iterator[RunItem]:
    """Both orders of a task follow each other."""
    lacking: Mapping[int, set[int]] = {
        presentation: set(scope.tasks_to_judge(stage, run.rater, presentation).values_list("pk", flat=True))
        for presentation in scope.presentations_of(stage.number)
    }
    for task_id in sorted(set.union(*lacking.values()))[:limit]:
        for presentation, ids in lacking.items():
            if task_id in ids:
                yield RunItem(run=run, task_id=task_id, presentation=presentation)


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


def start_run(run: Run, items: Iterable[RunItem], *, actor: User | None, now: datetime) -> Run:
    """Let a new run begin with these items. Raises NothingToDo without any."""
    count = sum(len(RunItem.objects.bulk_create(batch)) for batch in batched(items, _BATCH))
    if not count:
        raise NothingToDo
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
