"""Gold, practice and attention tasks are made from regular ones, retired and brought back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from accounts.refusals import Refusal
from accounts.services import record
from judgments.enums import AUTHORED, TaskKind
from judgments.models import Task, Unit
from judgments.stages import LabelNotKnown, behaviour

RETIRED = "retired"


class TwinRefused(Refusal):
    """The task could not be made. The message says why, for who made it."""


@dataclass(frozen=True, slots=True)
class TwinUnit:
    """A unit of the original to be shown again, and what is expected of it (canonical; None: nothing)."""

    unit: Unit
    expected_label: int | None
    explanation: str = ""


@dataclass(frozen=True, slots=True)
class Instruction:
    """A unit that tells the rater what to choose. ``expected_label`` is the choice as seen, on whichever side.

    Where it stands among the others is the page's affair: their order is each rater's own.
    """

    text: str
    expected_label: int
    explanation: str = ""


@transaction.atomic
def make_twin(
    *,
    task: Task,
    kind: TaskKind,
    units: Sequence[TwinUnit],
    instruction: Instruction | None = None,
    actor: User | None,
    now: datetime,
) -> Task:
    """A page of ``kind`` about the same thing as a regular task, outside the queue.

    Raises:
        TwinRefused: something a page of that kind needs is missing, or a label is none of the stage's.
    """
    _refuse_unless_sound(task, kind, units, instruction)
    twin = Task.objects.create(
        stage=task.stage,
        kind=kind,
        twin_of=task,
        subject=task.subject,
        case=task.case,
        comparison=task.comparison,
        conflict_key=task.conflict_key,
        languages=task.languages,
        flagged=task.flagged,
    )
    rows = [_copy(twin, chosen) for chosen in units]
    if behaviour(task.stage.number).has_overall_unit and not any(row.attribute_id is None for row in rows):
        # With a person card every page asks it first: without it this one could be told from the others.
        rows.insert(0, Unit(task=twin))
    if instruction is not None:
        rows.append(_instruction(twin, instruction))
    for position, row in enumerate(rows):
        row.position = position
    Unit.objects.bulk_create(rows)
    details = {"kind": str(kind), "from": task.pk, "units": len(rows), "at": now.isoformat()}
    record(actor=actor, action="twin.make", study_id=task.stage.study_id, target=f"task {twin.pk}", details=details)
    return twin


def _copy(twin: Task, chosen: TwinUnit) -> Unit:
    return Unit(
        task=twin,
        attribute_id=chosen.unit.attribute_id,
        expected_label=chosen.expected_label,
        explanation=chosen.explanation,
    )


def _instruction(twin: Task, instruction: Instruction) -> Unit:
    return Unit(
        task=twin,
        instruction=instruction.text,
        expected_label=instruction.expected_label,
        explanation=instruction.explanation,
    )


def _refuse_unless_sound(
    task: Task, kind: TaskKind, units: Sequence[TwinUnit], instruction: Instruction | None
) -> None:
    if kind not in AUTHORED or task.kind != TaskKind.REGULAR:
        raise TwinRefused("Only a regular task can be made into gold, practice or an attention check.")
    if not units:
        raise TwinRefused("Choose at least one unit.")
    if any(chosen.unit.task_id != task.pk for chosen in units):
        raise TwinRefused("A chosen unit belongs to another task.")
    if (kind == TaskKind.ATTENTION) != (instruction is not None):
        raise TwinRefused("An attention check, and nothing else, has an instruction.")
    if kind != TaskKind.ATTENTION and any(chosen.expected_label is None for chosen in units):
        raise TwinRefused("Each chosen unit needs its expected label.")
    _refuse_unknown_labels(task, [chosen.expected_label for chosen in units])
    if instruction is not None:
        _refuse_unknown_labels(task, [instruction.expected_label])


def _refuse_unknown_labels(task: Task, labels: Sequence[int | None]) -> None:
    try:
        for label in labels:
            if label is not None:
                behaviour(task.stage.number).parse_label(label)
    except LabelNotKnown as error:
        raise TwinRefused("The stage has no such label.") from error


@transaction.atomic
def retire_twin(*, task: Task, actor: User | None, now: datetime) -> None:
    """Nobody gets the task any more. What was judged of it stays."""
    changed = _twins(task).filter(withdrawn_at__isnull=True).update(withdrawn_at=now, withdrawn_reason=RETIRED)
    if changed:
        record(actor=actor, action="twin.retire", study_id=task.stage.study_id, target=f"task {task.pk}")


@transaction.atomic
def restore_twin(*, task: Task, actor: User | None) -> None:
    """The undoing of ``retire_twin``; what was withdrawn for another reason stays withdrawn."""
    changed = _twins(task).filter(withdrawn_reason=RETIRED).update(withdrawn_at=None, withdrawn_reason="")
    if changed:
        record(actor=actor, action="twin.restore", study_id=task.stage.study_id, target=f"task {task.pk}")


def _twins(task: Task) -> QuerySet[Task]:
    return Task.objects.filter(pk=task.pk, kind__in=AUTHORED)
