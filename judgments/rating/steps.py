"""Which of a page's units are asked now: with a person card the overall unit first, the others once its answer is stored."""

from collections.abc import Sequence
from enum import Enum

from judgments.enums import JUDGED
from judgments.models import Assignment, Unit
from judgments.stages.response import NO_CARD, PERSON_CARD

# What such a page calls its overall unit. Its own number would tell how many units stand between it and another page's.
OVERALL_UNIT = 0


class Step(Enum):
    WHOLE = "whole"  # all units at once: no card, or there was none when the page was judged
    OVERALL = "overall"
    ATTRIBUTES = "attributes"  # the overall answer is stored, and final


def step_of(assignment: Assignment) -> Step:
    """By the rules under which the page was given out, whatever the stage's setting is now."""
    if assignment.overall_at is not None:
        return Step.ATTRIBUTES
    return Step.OVERALL if shows_card(assignment) and assignment.outcome not in JUDGED else Step.WHOLE


def shows_card(assignment: Assignment) -> bool:
    facts = assignment.rules.facts if assignment.rules else {}
    return bool(facts.get(PERSON_CARD, NO_CARD) != NO_CARD)


def is_overall(unit: Unit) -> bool:
    """An instruction has no attribute either, but stands among the units that have one."""
    return unit.attribute_id is None and not unit.instruction


def asked_at(step: Step, units: Sequence[Unit]) -> list[Unit]:
    """A page without an overall unit (the second of a long comparison) has nothing to ask first."""
    overall = [unit for unit in units if is_overall(unit)]
    if step == Step.OVERALL and overall:
        return overall
    return [unit for unit in units if unit not in overall] if step == Step.ATTRIBUTES else list(units)
