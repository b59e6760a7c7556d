"""Twins of regular tasks: gold, attention checks, repeats."""

from conversations.models import Stage
from judgments.enums import TaskKind
from judgments.models import Task, Unit


def twin(of: Task, kind: TaskKind, *, expected: int = 1) -> Task:
    """A gold, practice or attention task made from a regular one."""
    made = Task.objects.create(
        stage=of.stage,
        kind=kind,
        twin_of=of,
        subject=of.subject,
        case=of.case,
        comparison=of.comparison,
        conflict_key=of.conflict_key,
    )
    for unit in of.units.all():
        Unit.objects.create(task=made, position=unit.position, attribute=unit.attribute, expected_label=expected)
    return made


def set_stage(stage: Stage, **values: object) -> Stage:
    Stage.objects.filter(pk=stage.pk).update(**values)
    return Stage.objects.select_related("study").get(pk=stage.pk)
