"""What a run works on, and what each of its items is made from."""

from django.db.models import Count, Exists, OuterRef, QuerySet

from conversations.enums import StageState
from conversations.models import Stage
from generation.enums import ItemState
from generation.models import RunItem
from judgments.eligibility.live import live_tasks
from judgments.eligibility.wanted import targets_without_overall
from judgments.enums import TaskKind
from judgments.models import Judgment, Task, Unit
from judgments.stages import behaviour
from raters.models import Rater


def presentations_of(stage_number: int) -> tuple[int, ...]:
    """The orders a model judges a task in: both at stage 3, so that its position bias is measured."""
    return (0, 1) if behaviour(stage_number).has_sides else (0,)


def tasks_to_judge(stage: Stage, rater: Rater | None, presentation: int) -> QuerySet[Task]:
    """Regular tasks with a unit that this model rater has not judged in this order, nor is about to.

    Of a stage in draft everything that is built; afterwards what human raters get: the tasks of its queue.
    """
    tasks = live_tasks(stage).filter(kind=TaskKind.REGULAR)
    if stage.state != StageState.DRAFT:
        tasks = tasks.filter(position__isnull=False)
    if rater is not None:
        asked = RunItem.objects.filter(
            task=OuterRef("pk"),
            presentation=presentation,
            run__rater=rater,
            state__in=[ItemState.WAITING, ItemState.RUNNING],
        )
        lacking = units_to_judge(rater, presentation).filter(task=OuterRef("pk"))
        tasks = tasks.filter(Exists(lacking)).exclude(Exists(asked))
    return tasks.order_by("id")


def units_to_judge(rater: Rater, presentation: int) -> QuerySet[Unit]:
    judged = Judgment.objects.filter(unit=OuterRef("pk"), rater=rater, presentation=presentation)
    return Unit.objects.filter(~Exists(judged), attribute__withdrawn_at__isnull=True)


def unbuilt_targets(stage: Stage) -> dict[int, int]:
    """What a stage in draft has no task for yet, whatever its gating: by target, how many units that makes."""
    if stage.state != StageState.DRAFT:
        return {}
    way = behaviour(stage.number)
    pairs = way.pairs(stage, gated=False).filter(built=False).order_by().values_list("target_id")
    units: dict[int, int] = dict(pairs.annotate(count=Count("judged_id")))
    if way.has_overall_unit:
        for target_id in targets_without_overall(stage).values_list("id", flat=True):
            units[target_id] = units.get(target_id, 0) + 1
    return dict(sorted(units.items()))
