"""Tasks, units and slots are made of a study's material. Building again adds what is new and changes nothing else."""

import itertools
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import QuerySet

from conversations.models import Stage
from judgments.models import Task, Unit
from judgments.policies.order import mixed, pages
from judgments.queries.work import targets_without_overall, wanted_tasks
from judgments.services.describing import describe_tasks
from judgments.stages import behaviour

_TARGETS_AT_ONCE = 500
_ROWS_AT_ONCE = 2000
_WORTH_ANALYZING = 10_000  # slots; the planner must know of a new queue before the first claim

# Behind what is queued already, new tasks shuffled among themselves by the study's seed.
_QUEUE = """
UPDATE judgments_task task SET position = ranked.position
FROM (
    SELECT id, row_number() OVER (ORDER BY md5(%s || ':' || id)) + COALESCE(
        (SELECT max(position) FROM judgments_task WHERE stage_id = %s), -1) AS position
    FROM judgments_task WHERE id IN ({wanted})
) AS ranked
WHERE task.id = ranked.id
"""
_SLOTS = """
INSERT INTO judgments_slot (task_id, stage_id, position, number, withdrawn)
SELECT task.id, task.stage_id, task.position, numbers.number, false
FROM judgments_task task CROSS JOIN generate_series(1, %s) AS numbers(number)
WHERE task.stage_id = %s AND task.position IS NOT NULL AND task.withdrawn_at IS NULL AND task.kind = 'regular'
    AND NOT EXISTS (SELECT FROM judgments_slot slot WHERE slot.task_id = task.id AND slot.number = numbers.number)
"""


@dataclass(frozen=True, slots=True)
class Built:
    tasks: int
    units: int
    slots: int


@dataclass(frozen=True, slots=True)
class _Page:
    target_id: int
    attribute_ids: Sequence[int | None]  # None is the overall unit


@transaction.atomic
def build_tasks(*, stage: Stage) -> Built:
    """Make the tasks the stage's gating asks for, k slots for each, and put them into the queue."""
    stage = _locked(stage)
    way = behaviour(stage.number)
    tasks, units = _build(stage, way.pairs(stage).filter(built=False))
    if way.has_overall_unit:
        more_tasks, more_units = _build_overall_units(stage, targets_without_overall(stage))
        tasks, units = tasks + more_tasks, units + more_units
    describe_tasks(stage=stage)
    return Built(tasks, units, _queue(stage))


@transaction.atomic
def build_units(*, stage: Stage, target_ids: Collection[int]) -> Built:
    """The tasks of some targets, whatever the gating says and outside the queue: votes may come before raters."""
    stage = _locked(stage)
    way = behaviour(stage.number)
    pairs = way.pairs(stage, gated=False).filter(built=False, target_id__in=target_ids)
    tasks, units = _build(stage, pairs)
    if way.has_overall_unit:
        more_tasks, more_units = _build_overall_units(stage, targets_without_overall(stage).filter(id__in=target_ids))
        tasks, units = tasks + more_tasks, units + more_units
    return Built(tasks, units, 0)


def _locked(stage: Stage) -> Stage:
    """Builds of one stage take turns."""
    return Stage.objects.select_for_update(of=("self",), no_key=True).select_related("study").get(pk=stage.pk)


def _build(stage: Stage, pairs: QuerySet) -> tuple[int, int]:  # type: ignore[type-arg]
    rows = (
        pairs.order_by("target_id", "judged_id")
        .values_list("target_id", "judged_id")
        .iterator(chunk_size=_ROWS_AT_ONCE)
    )
    targets = ((target, [row[1] for row in group]) for target, group in itertools.groupby(rows, lambda row: row[0]))
    tasks = units = 0
    for some in itertools.batched(targets, _TARGETS_AT_ONCE):
        made = _store(stage, list(_pages(stage, dict(some))))
        tasks, units = tasks + made[0], units + made[1]
    return tasks, units


def _build_overall_units(stage: Stage, targets: QuerySet) -> tuple[int, int]:  # type: ignore[type-arg]
    """Of comparisons none of whose attributes is to be judged."""
    tasks = units = 0
    lacking = targets.order_by("id").values_list("id", flat=True)
    for some in itertools.batched(lacking.iterator(chunk_size=_ROWS_AT_ONCE), _TARGETS_AT_ONCE):
        made = _store(stage, [_Page(target_id, [None]) for target_id in some])
        tasks, units = tasks + made[0], units + made[1]
    return tasks, units


def _pages(stage: Stage, attributes: dict[int, list[int]]) -> Iterator[_Page]:
    lacking = _lacking_overall(stage, attributes)
    for target_id, attribute_ids in attributes.items():
        overall: list[int | None] = [None] if target_id in lacking else []
        ordered = overall + mixed(attribute_ids, seed=stage.study.seed, target_id=target_id)
        for page in pages(ordered, stage.page_size):
            yield _Page(target_id, page)


def _lacking_overall(stage: Stage, target_ids: Iterable[int]) -> set[int]:
    if not behaviour(stage.number).has_overall_unit:
        return set()
    return set(targets_without_overall(stage).filter(id__in=list(target_ids)).values_list("id", flat=True))


def _store(stage: Stage, made: Sequence[_Page]) -> tuple[int, int]:
    way = behaviour(stage.number)
    keys = way.conflict_keys({page.target_id for page in made})
    tasks = Task.objects.bulk_create(
        [
            Task(stage=stage, conflict_key=keys.get(page.target_id), **{f"{way.target}_id": page.target_id})
            for page in made
        ]
    )
    units = [
        Unit(task=task, position=position, attribute_id=attribute_id)
        for task, page in zip(tasks, made, strict=True)
        for position, attribute_id in enumerate(page.attribute_ids)
    ]
    Unit.objects.bulk_create(units, batch_size=_ROWS_AT_ONCE)
    return len(tasks), len(units)


def _queue(stage: Stage) -> int:
    """Queue what is wanted and not queued yet. Returns the slots made."""
    wanted = wanted_tasks(stage).filter(position__isnull=True).order_by().values("id")
    sql, parameters = wanted.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_QUEUE.format(wanted=sql), [str(stage.study.seed), stage.pk, *parameters])
        cursor.execute(_SLOTS, [stage.k, stage.pk])
        slots: int = cursor.rowcount
        if slots >= _WORTH_ANALYZING:
            cursor.execute("ANALYZE judgments_slot, judgments_task, judgments_unit")
    return slots
