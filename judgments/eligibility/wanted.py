"""What a stage asks for: the live pages that its gating wants judged, and the material that no page covers yet."""

from django.db.models import Exists, OuterRef, QuerySet

from conversations.models import Stage
from judgments.eligibility.live import live_tasks
from judgments.enums import TaskKind
from judgments.models import Task, Unit
from judgments.stages import behaviour


def wanted_tasks(stage: Stage) -> QuerySet[Task]:
    """Live regular tasks with at least one unit that the stage's gating asks for."""
    wanted = Unit.objects.filter(behaviour(stage.number).wanted_units(stage), task=OuterRef("id"))
    return live_tasks(stage).filter(Exists(wanted), kind=TaskKind.REGULAR)


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
