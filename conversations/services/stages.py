"""A stage that collects judgments is not changed under its raters without a word, and it is closed in one place."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet

from accounts.models import User
from accounts.refusals import Refusal
from accounts.services import record
from conversations.enums import COLLECTING, StageState, WhileCollecting
from conversations.models import Stage


class StillCollecting(Refusal):
    """Something is to change that shapes the judgments of stages that are open or paused. The message asks what then."""

    def __init__(self, stages: Sequence[Stage]) -> None:
        names = " and ".join(f"{stage} is {stage.get_state_display().lower()}" for stage in stages)
        super().__init__(
            f"{names}: say whether to go on, with the judgments before and after told apart, or to close it first."
        )


def close(*, stage: Stage, actor: User | None, now: datetime) -> None:
    """For who holds its lock and knows that it collects."""
    stage.state, stage.closed_at = StageState.CLOSED, now
    stage.save(update_fields=["state", "closed_at"])
    record(actor=actor, action="stage.close", study_id=stage.study_id, target=str(stage))


def before_change(*, stages: QuerySet[Stage], going: str | None, actor: User, now: datetime) -> None:
    """Asked in the transaction of every change to the rules in force. ``going``: a value of WhileCollecting.

    Raises StillCollecting where one of the stages collects and nobody said what then.
    """
    collecting = list(stages.filter(state__in=COLLECTING).select_for_update(no_key=True).order_by("number"))
    if collecting and going is None:
        raise StillCollecting(collecting)
    if going == WhileCollecting.CLOSE:
        for stage in collecting:
            close(stage=stage, actor=actor, now=now)
