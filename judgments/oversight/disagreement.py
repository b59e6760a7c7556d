"""Units whose counted human labels disagree, and what was said of them."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, F, Max, Min, Q, QuerySet

from conversations.models import Stage
from judgments.counting import counted
from judgments.models import Judgment, Unit
from judgments.stages import behaviour
from raters.models import Enrolment


@dataclass(frozen=True, slots=True)
class Said:
    rater: str  # "Rater 7": nobody's name
    label: int  # canonical
    note: str


def units_in_disagreement(stage: Stage) -> QuerySet[Unit]:
    """Stages 1 and 2: not unanimous. Stage 3: at least two points between the lowest and the highest label."""
    return (
        Unit.objects.filter(counted("judgments__", task="task__"), _of(stage))
        .annotate(lowest=Min("judgments__label"), highest=Max("judgments__label"), raters=Count("judgments"))
        .filter(highest__gte=F("lowest") + behaviour(stage.number).disagreement_gap)
        .select_related("attribute", "adjudication", "task")
        .order_by("pk")
    )


def adjudicable(stages: Iterable[Stage], unit_id: int) -> QuerySet[Unit]:
    """The unit, if its raters disagree, or if it was decided although they agree by now."""
    wanted = Q(adjudication__isnull=False, task__stage__in=list(stages))
    for stage in stages:
        # Asked of this unit alone: what the others are like would take as long as the stage is large.
        wanted |= Q(pk__in=units_in_disagreement(stage).filter(pk=unit_id).order_by().values("pk"))
    return Unit.objects.filter(wanted, pk=unit_id).select_related(
        "attribute",
        "adjudication",
        "task__stage__study",
        "task__subject",
        "task__case__prompt",
        "task__comparison__case__prompt",
        "task__comparison__generic",
        "task__comparison__personalized",
    )


def said_of(unit: Unit) -> list[Said]:
    judgments = Judgment.objects.filter(counted(), unit=unit).order_by("pk")
    study_id = unit.task.stage.study_id
    numbers = dict(Enrolment.objects.filter(study_id=study_id).values_list("rater_id", "number"))
    return [
        Said(f"Rater {numbers.get(judgment.rater_id, '?')}", judgment.label, judgment.note) for judgment in judgments
    ]


def _of(stage: Stage) -> Q:
    return Q(
        task__stage=stage,
        task__withdrawn_at__isnull=True,
        attribute__withdrawn_at__isnull=True,
    )
