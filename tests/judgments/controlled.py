"""Controls of a study, and what its raters made of them."""

import uuid
from collections.abc import Callable, Sequence

from conversations.enums import ControlKind, ResponseKind
from conversations.models import Case, Comparison, Response, Study
from judgments.enums import TaskKind
from judgments.models import Assignment, Judgment, Task, Unit
from raters.models import Rater
from tests import factories
from tests.judgments.rated import NOW

type Points = Callable[[int, int], int]  # of a rater's place and a pair's, towards the right answer


def judged_controls(
    study: Study, kind: ControlKind, points: Points, *, pairs: int = 10, raters: Sequence[Rater] | None = None
) -> list[Task]:
    """So many pairs of the kind, each judged by all human raters as a whole, and its attribute unit by the lowest label."""
    raters = raters or list(Rater.objects.filter(enrolments__study=study, kind="human").order_by("id"))
    made = [_control(study, kind, place) for place in range(pairs)]
    for place, task in enumerate(made):
        overall, attribute = task.units.order_by("position")
        for number, rater in enumerate(raters):
            page = Assignment.objects.create(
                task=task,
                stage=task.stage,
                rater=rater,
                conflict_key=task.conflict_key,
                personalized_left=bool((number + place) % 2),
                started_at=NOW,
                submitted_at=NOW,
                active_ms=500,
                outcome="submitted",
                revision=1,
            )
            for unit, label in ((overall, 3 + points(number, place)), (attribute, 1)):
                Judgment.objects.create(
                    unit=unit, rater=rater, assignment=page, stage_number=3, label=label, submitted_at=NOW, revision=1
                )
    return made


def _control(study: Study, kind: ControlKind, place: int) -> Task:
    subjects = list(study.subjects.order_by("id"))
    subject = subjects[place % len(subjects)]
    prompt = factories.prompt(study, external_id=f"control-{uuid.uuid4().hex[:6]}", topic="controls")
    case = Case.objects.create(subject=subject, prompt=prompt, for_controls=True)
    system = factories.system(study)
    wrong, right = (
        Response.objects.create(case=case, system=system, kind=ResponseKind.CONTROL, text=text, latency_ms=9)
        for text in ("Pack your bag.", "Bread and jam, and tea.")
    )
    pair = Comparison.objects.create(case=case, system=system, generic=wrong, personalized=right, control=kind)
    stage = study.stages.get(number=3)
    task = Task.objects.create(stage=stage, kind=TaskKind.CONTROL, comparison=pair, conflict_key=case.pk)
    Unit.objects.create(task=task, position=0)
    Unit.objects.create(task=task, position=1, attribute=subject.attributes.order_by("id")[0])
    return task
