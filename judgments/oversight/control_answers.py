"""What each rater made of controls, the planted pairs with a known answer. It stands beside their work and touches no pay."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Self

from django.db.models import Count, F, Q, Sum

from conversations.enums import GATING_CONTROLS
from conversations.models import Stage
from judgments.enums import ResponseLabel, TaskKind
from judgments.models import Judgment
from judgments.oversight.intervals import Share


@dataclass(frozen=True, slots=True)
class ControlAnswers:
    """``judged`` controls as a whole, ``right`` of them on the side that is right; ``points`` towards it, -2 to 2 each."""

    judged: int
    right: int
    points: int

    @property
    def missed(self) -> int:
        """The wrong side was preferred, or no difference seen."""
        return self.judged - self.right

    @property
    def mean(self) -> float:
        return self.points / self.judged

    @property
    def share(self) -> Share | None:
        return Share.of(self.right, self.judged)

    @classmethod
    def together(cls, each: Iterable[Self | None]) -> Self | None:
        """None where nothing was judged."""
        known = [one for one in each if one is not None]
        if not known:
            return None
        return cls(*(sum(getattr(one, name) for one in known) for name in cls.__slots__))


def control_answers(*, stage: Stage, rater_ids: Collection[int] | None = None) -> dict[int, ControlAnswers]:
    """By rater: first answers to controls of the kinds that gate. Judgments that were excluded count too: they say why."""
    rows = Judgment.objects.filter(
        unit__task__stage=stage,
        unit__task__kind=TaskKind.CONTROL,
        unit__task__comparison__control__in=GATING_CONTROLS,
        unit__attribute__isnull=True,
        presentation=0,
    )
    answered = (rows if rater_ids is None else rows.filter(rater_id__in=rater_ids)).values("rater_id")
    found = answered.annotate(
        judged=Count("id"),
        right=Count("id", filter=Q(label__gt=ResponseLabel.NO_DIFFERENCE)),
        points=Sum(F("label") - ResponseLabel.NO_DIFFERENCE),
    )
    return {row["rater_id"]: ControlAnswers(row["judged"], row["right"], row["points"]) for row in found}
