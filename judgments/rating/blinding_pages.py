"""Which of a rater's pages are asked about at the end of an arrival."""

import uuid

from conversations.models import Stage
from judgments.blinding import sample
from judgments.eligibility.live import live_tasks
from judgments.enums import Outcome, TaskKind
from judgments.models import Assignment
from judgments.stages import behaviour
from raters.models import Arrival, Rater


def pages_to_ask_about(*, rater: Rater, stage: Stage, arrival: Arrival | None) -> list[uuid.UUID]:
    """A keyed random sample of the regular comparisons submitted in this arrival. Empty if it was asked before."""
    if not behaviour(stage.number).has_sides or not stage.blinding_questions:
        return []
    pages = Assignment.objects.filter(
        rater=rater,
        stage=stage,
        arrival=arrival,
        presentation=0,
        outcome=Outcome.SUBMITTED,
        task__kind=TaskKind.REGULAR,
    )
    if pages.filter(blinding_answer__isnull=False).exists():
        return []
    shown = pages.filter(task__in=live_tasks(stage)).values_list("pk", flat=True)
    return sample(shown, size=stage.blinding_questions, key=bytes(stage.study.key))
