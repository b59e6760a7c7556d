"""What a rater is told about a practice page: their answers beside the expected ones, in words as seen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from judgments.eligibility.live import live_units
from judgments.models import Assignment, Judgment, Unit
from judgments.rating.task_page import TaskPage
from judgments.stages import behaviour


@dataclass(frozen=True, slots=True)
class UnitFeedback:
    text: str
    is_overall: bool
    given: str
    expected: str
    is_right: bool
    explanation: str


@dataclass(frozen=True, slots=True)
class Feedback:
    units: Sequence[UnitFeedback]

    @property
    def right(self) -> int:
        return sum(unit.is_right for unit in self.units)

    @property
    def total(self) -> int:
        return len(self.units)


def feedback_of(assignment: Assignment, page: TaskPage) -> Feedback:
    """Of the units that expect a label, in the order in which the rater saw them."""
    judgments = {judgment.unit_id: judgment for judgment in assignment.judgments.all()}
    units = {unit.pk: unit for unit in live_units(assignment.task_id)}
    words = {choice.value: choice.label for choice in page.choices}
    rows = []
    for shown in page.units:
        unit, judgment = units.get(shown.id), judgments.get(shown.id)
        if unit is None or judgment is None or unit.expected_label is None:
            continue
        rows.append(
            _row(
                assignment,
                unit,
                judgment,
                words,
                text=shown.said.html + SafeString("…" if shown.said.rest else ""),
                is_overall=shown.is_overall,
            )
        )
    return Feedback(rows)


def _row(
    assignment: Assignment, unit: Unit, judgment: Judgment, words: Mapping[int, str], *, text: str, is_overall: bool
) -> UnitFeedback:
    way, side = behaviour(assignment.stage.number), assignment.personalized_left
    expected = unit.expected_label if unit.expected_label is not None else judgment.label
    is_instruction = bool(unit.instruction)
    seen = expected if is_instruction else way.as_seen(expected, personalized_left=side)
    return UnitFeedback(
        text=text,
        is_overall=is_overall,
        given=words[way.as_seen(judgment.label, personalized_left=side)],
        expected=words[seen],
        is_right=way.is_right(judgment.label, expected, personalized_left=side, is_instruction=is_instruction),
        explanation=unit.explanation,
    )
