"""What there is of controls: for who plans stage 3, and while it runs."""

from dataclasses import dataclass

from django.db.models import Count, Q

from conversations.enums import GATING_CONTROLS, ControlKind
from conversations.models import Comparison, Stage
from judgments.eligibility.conflicts import one_comparison_a_case
from judgments.stages.response import shown
from judgments.work.setting_aside import (
    ENOUGH_CASES,
    FEWEST_CASES,
    PLANNED_CONTROL_RATERS,
    PLANNED_CONTROLS,
    live_cases,
)


@dataclass(frozen=True, slots=True)
class ControlCounts:
    """Of what may be shown; ``held`` are those that the leak scan holds, which nobody is given."""

    set_aside: int  # cases that serve controls only
    of_cases: int  # in all
    obvious: int
    damaged: int
    personal: int
    held: int
    each: int  # of the kinds that gate a rater can get so many at most: one a case, unless the study lifts that
    share: int  # percent of a rater's pages

    @property
    def kinds_note(self) -> str:
        personal = f", {self.personal} personal" if self.personal else ""
        return f"{self.obvious} obvious, {self.damaged} damaged{personal}"

    @property
    def in_words(self) -> str:
        """What follows; empty where nothing has to be said."""
        if not self.each:
            return self._why_none
        if self.each < ENOUGH_CASES:
            return (
                f"A rater can be given {self.each} of them; {PLANNED_CONTROLS} control judgments by "
                f"{PLANNED_CONTROL_RATERS} raters, which sensitivity is planned with, take {ENOUGH_CASES}, or more raters."
            )
        return "" if self.share else "Their share is 0 percent: nobody is given one."

    @property
    def _why_none(self) -> str:
        without = "Without controls the report can't say that raters would have noticed a difference"
        if self.of_cases < FEWEST_CASES:
            return f"{without}. In a study of fewer than {FEWEST_CASES} cases none is set aside for them: upload controls, or go without."
        if self.set_aside:
            return f"{without}. {self.set_aside} cases are set aside for them, but no pair that raters may see is made of any."
        return f"{without}. Make them, or upload some, before the stage is opened."


def controls_of(stage: Stage) -> ControlCounts:
    every = Comparison.objects.filter(case__subject__study=stage.study_id, withdrawn_at__isnull=True).exclude(
        control=""
    )
    counted = every.filter(shown()).aggregate(
        **{kind.value: Count("id", filter=Q(control=kind)) for kind in ControlKind},
        each=Count(
            "case" if one_comparison_a_case(stage) else "id", filter=Q(control__in=GATING_CONTROLS), distinct=True
        ),
    )
    cases = live_cases(stage.study)
    return ControlCounts(
        set_aside=cases.filter(for_controls=True).count(),
        of_cases=cases.count(),
        held=every.filter(leak_reasons__len__gt=0, released_at__isnull=True).count(),
        share=stage.control_share,
        **counted,
    )
