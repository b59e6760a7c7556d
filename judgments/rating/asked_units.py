"""Which units of a page an answer must be about now, and what becomes of one about those that come later. Pure."""

from dataclasses import dataclass, replace
from typing import Any, Self

from judgments.rating.given_answers import GivenAnswers, UnitAnswer
from judgments.rating.steps import OVERALL_UNIT, Step


@dataclass(frozen=True, slots=True)
class AskedUnits:
    step: Step
    now: frozenset[int]
    needed: frozenset[int]  # of ``now``: those whose attribute was not withdrawn meanwhile
    later: frozenset[int]  # they are asked once the overall answer is stored
    goes_on: bool  # some of them are still to be judged
    overall: frozenset[int]

    @classmethod
    def at(cls, step: Step, *, units: frozenset[int], overall: frozenset[int], withdrawn: frozenset[int]) -> Self:
        if step == Step.OVERALL and not overall:
            step = Step.WHOLE
        others = units - overall
        now = {Step.WHOLE: units, Step.OVERALL: overall, Step.ATTRIBUTES: others}[step]
        later = others if step == Step.OVERALL else frozenset[int]()
        return cls(step, now, now - withdrawn, later, bool(later - withdrawn), overall)

    def named(self, submission: GivenAnswers) -> GivenAnswers:
        """The answers by the numbers of their units: a page with a card does not tell that of its overall unit."""
        return replace(submission, answers=[self._named(answer) for answer in submission.answers])

    def _named(self, answer: UnitAnswer) -> UnitAnswer:
        is_overall = answer.unit_id == OVERALL_UNIT and self.overall
        return replace(answer, unit_id=min(self.overall)) if is_overall else answer

    def answers_overall(self, submission: GivenAnswers) -> bool:
        return any(answer.unit_id in self.overall for answer in submission.answers)

    def draft(self, submission: GivenAnswers) -> dict[str, Any] | None:
        """What the page goes on with: answers that came too early wait there. None where it ends with this submission."""
        if not self.goes_on:
            return None
        early = [answer for answer in submission.answers if answer.unit_id in self.later]
        return {
            "answers": [
                {
                    "unit": answer.unit_id,
                    "label": answer.label,
                    "failure_mode": answer.failure_mode,
                    "note": answer.note,
                }
                for answer in early
            ],
            "missing_attributes": submission.missing_attributes,
            "comment": submission.comment,
        }
