"""Tasks, units and slots are made of a study's material. Building again adds what is new and changes nothing else."""

import itertools
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import QuerySet, TextField, Value
from django.db.models.functions import MD5, Cast, Concat

from conversations.models import Stage
from judgments.eligibility.requirements import describe_tasks
from judgments.eligibility.wanted import targets_without_overall, wanted_tasks
from judgments.enums import TaskKind
from judgments.models import Task, Unit
from judgments.order import mixed, pages
from judgments.stages import behaviour
from judgments.work.dealing import arm_sql, together_sql

_TARGETS_AT_ONCE = 500
_ROWS_AT_ONCE = 2000
_WORTH_ANALYZING = 10_000  # slots; the planner must know of a new queue before the first claim

# Behind what is queued already, new tasks shuffled among themselves by the study's seed. Where a rater gets one comparison of
# a case, its comparisons stand together, each arm in turn first among the cases that ask about the same arms (``dealing``).
_QUEUE = f"""
WITH drawn AS (
    SELECT id, arm, draw, dense_rank() OVER (ORDER BY draw) AS nth FROM (
        SELECT task.id, {arm_sql("compared")} AS arm, md5(%s || ':' || {{together}}) AS draw
        FROM judgments_task task LEFT JOIN conversations_comparison compared ON compared.id = task.comparison_id
        WHERE task.id IN ({{wanted}})) AS wanted
), taken AS (
    SELECT draw, array_agg(DISTINCT arm ORDER BY arm) AS arms FROM drawn WHERE nth <= COALESCE(%s, nth) GROUP BY draw
), turned AS (
    SELECT draw, arms, row_number() OVER (PARTITION BY arms ORDER BY draw) AS turn FROM taken
), ranked AS (
    SELECT drawn.id, %s + row_number() OVER (
        ORDER BY draw, (array_position(arms, arm) + turn) %% cardinality(arms), drawn.id) AS position
    FROM drawn JOIN turned USING (draw)
)
UPDATE judgments_task task SET position = ranked.position FROM ranked WHERE task.id = ranked.id
"""  # noqa: S608 - of our own words only
_LAST = "SELECT COALESCE(max(position), -1) FROM judgments_task WHERE stage_id = %s"
# A page that was rated elsewhere gets slots for the ratings it lacks: as many as its least rated unit does.
_SLOTS = """
WITH fresh AS (
    SELECT id, stage_id, position FROM judgments_task
    WHERE stage_id = %(stage)s AND position > %(last)s AND withdrawn_at IS NULL AND kind = 'regular'
), rated AS (
    SELECT unit.task_id, min(COALESCE(consensus.raters, 0)) AS ratings
    FROM fresh
    JOIN judgments_unit unit ON unit.task_id = fresh.id
    LEFT JOIN conversations_attribute attribute ON attribute.id = unit.attribute_id
    LEFT JOIN judgments_consensus consensus ON consensus.unit_id = unit.id AND consensus.stage_id = %(stage)s
    WHERE attribute.withdrawn_at IS NULL
    GROUP BY unit.task_id
)
INSERT INTO judgments_slot (task_id, stage_id, position, number, withdrawn)
SELECT fresh.id, fresh.stage_id, fresh.position, numbers.number, false
FROM fresh JOIN rated ON rated.task_id = fresh.id CROSS JOIN generate_series(1, %(k)s) AS numbers(number)
WHERE numbers.number > rated.ratings
    AND NOT EXISTS (SELECT FROM judgments_slot slot WHERE slot.task_id = fresh.id AND slot.number = numbers.number)
"""


@dataclass(frozen=True, slots=True)
class Built:
    tasks: int
    units: int
    slots: int
    queued: int = 0  # tasks, those among them that lack no rating

    def __add__(self, other: "Built") -> "Built":
        return Built(
            self.tasks + other.tasks,
            self.units + other.units,
            self.slots + other.slots,
            self.queued + other.queued,
        )


@dataclass(frozen=True, slots=True)
class PlannedPage:
    target_id: int
    attribute_ids: Sequence[int | None]  # None is the overall unit


@contextmanager
def planned_for_large_tables() -> Iterator[None]:
    """Right after an upload PostgreSQL still takes the tables for empty and would go through them again for each row."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = on")


@transaction.atomic
@planned_for_large_tables()
def build_tasks(*, stage: Stage, at_most: int | None = None) -> Built:
    """Make the tasks the stage's gating asks for, k slots for each, and put them into the queue.

    ``at_most`` so many targets and queued tasks (at stage 3: cases of them): then it is called again until there is nothing
    left. The targets of one call are drawn by the study's seed from all that are left, so that the queue is as mixed as in
    one go.
    """
    stage = _locked(stage)
    way = behaviour(stage.number)
    unbuilt = way.pairs(stage).filter(built=False)
    tasks, units = _build(stage, _some(unbuilt, way.pair_drawn_by, stage, at_most))
    if way.has_overall_unit and not unbuilt.exists():
        overall = _some(targets_without_overall(stage), way.drawn_by, stage, at_most)
        more_tasks, more_units = _build_overall_units(stage, overall)
        tasks, units = tasks + more_tasks, units + more_units
    describe_tasks(stage=stage, only_unqueued=True)
    return Built(tasks, units, *_queue(stage, at_most if at_most is None else max(at_most, tasks)))


@transaction.atomic
@planned_for_large_tables()
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


def _some(rows: QuerySet, drawn_by: str, stage: Stage, at_most: int | None) -> QuerySet:  # type: ignore[type-arg]
    """The rows of ``at_most`` targets (or cases), which the study's seed draws from all of them."""
    if at_most is None:
        return rows
    rows = rows.annotate(drawn=_drawn(drawn_by, stage))
    bound = rows.order_by("drawn").values_list("drawn", flat=True).distinct()[at_most - 1 : at_most]
    # A range of the draw and not a list of targets: PostgreSQL would go through the list for every row.
    return rows.filter(drawn__lte=bound[0]) if bound else rows


def _drawn(drawn_by: str, stage: Stage) -> MD5:
    words = Concat(Value(f"{stage.study.seed}:"), Cast(drawn_by, TextField()), output_field=TextField())
    return MD5(words)


def _build(stage: Stage, pairs: QuerySet) -> tuple[int, int]:  # type: ignore[type-arg]
    rows = (
        pairs.order_by("target_id", "judged_id")
        .values_list("target_id", "judged_id")
        .iterator(chunk_size=_ROWS_AT_ONCE)
    )
    targets = ((target, [row[1] for row in group]) for target, group in itertools.groupby(rows, lambda row: row[0]))
    tasks = units = 0
    for some in itertools.batched(targets, _TARGETS_AT_ONCE):
        made = store_pages(stage, list(_pages(stage, dict(some))))
        tasks, units = tasks + made[0], units + made[1]
    return tasks, units


def _build_overall_units(stage: Stage, targets: QuerySet) -> tuple[int, int]:  # type: ignore[type-arg]
    """Of comparisons none of whose attributes is to be judged."""
    tasks = units = 0
    lacking = targets.order_by("id").values_list("id", flat=True)
    for some in itertools.batched(lacking.iterator(chunk_size=_ROWS_AT_ONCE), _TARGETS_AT_ONCE):
        made = store_pages(stage, [PlannedPage(target_id, [None]) for target_id in some])
        tasks, units = tasks + made[0], units + made[1]
    return tasks, units


def _pages(stage: Stage, attributes: dict[int, list[int]]) -> Iterator[PlannedPage]:
    lacking = _lacking_overall(stage, attributes)
    for target_id, attribute_ids in attributes.items():
        overall: list[int | None] = [None] if target_id in lacking else []
        ordered = overall + mixed(attribute_ids, seed=stage.study.seed, target_id=target_id)
        for page in pages(ordered, stage.page_size):
            yield PlannedPage(target_id, page)


def _lacking_overall(stage: Stage, target_ids: Iterable[int]) -> set[int]:
    if not behaviour(stage.number).has_overall_unit:
        return set()
    return set(targets_without_overall(stage).filter(id__in=list(target_ids)).values_list("id", flat=True))


def store_pages(stage: Stage, made: Sequence[PlannedPage], *, kind: TaskKind = TaskKind.REGULAR) -> tuple[int, int]:
    way = behaviour(stage.number)
    keys = way.conflict_keys({page.target_id for page in made})
    tasks = Task.objects.bulk_create(
        [
            Task(stage=stage, kind=kind, conflict_key=keys.get(page.target_id), **{f"{way.target}_id": page.target_id})
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


def _queue(stage: Stage, at_most: int | None) -> tuple[int, int]:
    """Queue what is wanted and not queued yet. Returns the slots made and the tasks queued."""
    seed = str(stage.study.seed)
    wanted = wanted_tasks(stage).filter(position__isnull=True).order_by().values("id")
    sql, parameters = wanted.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_LAST, [stage.pk])
        (last,) = cursor.fetchone()
        cursor.execute(_QUEUE.format(wanted=sql, together=together_sql(stage)), [seed, *parameters, at_most, last])
        queued: int = cursor.rowcount
        cursor.execute(_SLOTS, {"k": stage.k, "stage": stage.pk, "last": last})
        slots: int = cursor.rowcount
        if slots >= _WORTH_ANALYZING:
            cursor.execute("ANALYZE judgments_slot, judgments_task, judgments_unit")
    return slots, queued
