"""What may be shown and judged now."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from conversations.models import Stage
from judgments.models import Task, Unit
from judgments.stages import behaviour


def live_units(task_id: int) -> QuerySet[Unit]:
    """The units of a page, without those whose attribute was withdrawn since."""
    return Unit.objects.filter(task_id=task_id, attribute__withdrawn_at__isnull=True)


def live_tasks(stage: Stage) -> QuerySet[Task]:
    """Tasks whose target may be shown and of which something is left to judge, whether withdrawn for it or not."""
    units = Unit.objects.filter(task=OuterRef("id"), attribute__withdrawn_at__isnull=True)
    return Task.objects.filter(behaviour(stage.number).live_target(), Exists(units), stage=stage)


def is_live(task_id: int, stage: Stage) -> bool:
    return live_tasks(stage).filter(pk=task_id, withdrawn_at__isnull=True).exists()


def wanted_tasks(stage: Stage) -> QuerySet[Task]:
    """Live regular tasks with at least one unit that the stage's gating asks for."""
    wanted = Unit.objects.filter(behaviour(stage.number).wanted_units(stage), task=OuterRef("id"))
    return live_tasks(stage).filter(Q(withdrawn_at__isnull=True), Exists(wanted), kind="regular")


def holds_judgments(stage: Stage) -> bool:
    """Without any slot these came with an upload or a dataset."""
    return Unit.objects.filter(task__stage=stage, judgments__isnull=False).exists()


def has_unbuilt(stage: Stage) -> bool:
    """Whether there is material that no task of the stage covers yet."""
    way = behaviour(stage.number)
    if way.pairs(stage).filter(built=False).exists():
        return True
    if way.has_overall_unit and targets_without_overall(stage).exists():
        return True
    return wanted_tasks(stage).filter(position__isnull=True).exists()


def targets_without_overall(stage: Stage) -> QuerySet:  # type: ignore[type-arg]
    way = behaviour(stage.number)
    overall = Unit.objects.filter(attribute__isnull=True, **{f"task__{way.target}": OuterRef("id")})
    return way.targets(stage).filter(~Exists(overall))
