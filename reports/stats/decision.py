"""The words of the verdict, from facts and intervals alone: docs/protocol.md, What the report answers, 5."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from reports.stats.estimate import Estimate

type Numbers = float | npt.NDArray[np.float64]

REAL_CONVERSATIONS = 50
FEWEST_SUBJECTS, FEWEST_RATERS, FEWEST_PROMPTS = 10, 6, 10
CONTROL_JUDGMENTS, CONTROL_RATERS = 30, 3  # with fewer nothing is said of what raters notice
NOTICED = 0.5  # points towards the right answer; raters who reach it in the best case may well have seen it


class Word(StrEnum):
    BETTER = "better"
    WORSE = "worse"
    NO_MEANINGFUL_DIFFERENCE = "no meaningful difference"
    NO_DIFFERENCE_SEEN = "no difference seen"
    NOT_ENOUGH = "not enough evidence yet"
    COULD_NOT_TELL = "raters could not tell"


class Reason(StrEnum):
    """Why it is not a stronger word."""

    REAL_CONVERSATIONS = "real conversations"
    CONTROLS_MISSED = "controls missed"
    SUBJECTS = "subjects"
    RATERS = "raters"
    PROMPTS = "prompts"
    VARIANCE = "variance"
    NO_CONTROLS = "no controls"
    FEW_CONTROLS = "few controls"
    SENSITIVITY = "sensitivity not shown"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class EffectIntervals:
    """One effect in points, 0 is no difference, with its 95 % and its 90 % interval."""

    of_95: Estimate
    of_90: Estimate

    @property
    def has_interval(self) -> bool:
        return None not in (self.of_95.value, self.of_95.low, self.of_95.high, self.of_90.low, self.of_90.high)


@dataclass(frozen=True, slots=True)
class Controls:
    """Judgments of gating controls. ``sensitivity``: points towards the right answer, -2..2, with its 95 % interval."""

    judgments: int
    raters: int
    sensitivity: Estimate

    @property
    def suffice(self) -> bool:
        return self.judgments >= CONTROL_JUDGMENTS and self.raters >= CONTROL_RATERS

    @property
    def missed(self) -> bool:
        """The interval is not above 0, and ends below what attentive raters could not fail to notice."""
        low, high = self.sensitivity.low, self.sensitivity.high
        return self.suffice and low is not None and high is not None and low <= 0 and high < NOTICED

    def shows(self, margin: float) -> bool:
        return self.suffice and self.sensitivity.low is not None and self.sensitivity.low > margin


NO_CONTROLS = Controls(0, 0, Estimate.undefined("No control has been judged."))


@dataclass(frozen=True, slots=True)
class Sample:
    """What stands behind the judged units."""

    real_conversations: int
    subjects: int
    raters: int
    prompts: int

    @property
    def missing(self) -> dict[Reason, int]:
        """How many more there have to be before a verdict can be given at all."""
        needed = {
            Reason.REAL_CONVERSATIONS: REAL_CONVERSATIONS - self.real_conversations,
            Reason.SUBJECTS: FEWEST_SUBJECTS - self.subjects,
            Reason.RATERS: FEWEST_RATERS - self.raters,
            Reason.PROMPTS: FEWEST_PROMPTS - self.prompts,
        }
        return {reason: more for reason, more in needed.items() if more > 0}


@dataclass(frozen=True, slots=True)
class Verdict:
    """``missing``: all that is short, whichever rule decided. ``these``: of these raters and prompts only, where others'
    can't be told; it never means that a study may stop."""

    word: Word
    reasons: tuple[Reason, ...]
    missing: dict[Reason, int]
    these: Word | None = None


def verdict(
    sample: Sample, controls: Controls, *, others: EffectIntervals, these: EffectIntervals, margin: float
) -> Verdict:
    """The first rule of the protocol that holds.

    ``others``: the effect with its intervals for other subjects, raters and prompts; without them its variance can't be
    estimated. ``these``: with those for these raters and prompts. ``margin``: the smallest meaningful difference.
    """
    missing = sample.missing
    if Reason.REAL_CONVERSATIONS in missing:
        return Verdict(Word.NOT_ENOUGH, (Reason.REAL_CONVERSATIONS,), missing)
    if controls.missed:
        return Verdict(Word.COULD_NOT_TELL, (Reason.CONTROLS_MISSED,), missing)
    if missing or not others.has_interval:
        reasons = tuple(missing) or (Reason.VARIANCE,)
        return Verdict(Word.NOT_ENOUGH, reasons, missing, decide(these.of_95, these.of_90, margin, controls))
    word = decide(others.of_95, others.of_90, margin, controls)
    return Verdict(word, _reasons(word, controls), missing)


def decide(effect: Estimate, effect_90: Estimate, margin: float, controls: Controls = NO_CONTROLS) -> Word:
    """By the intervals alone: ``effect`` with its 95 % and ``effect_90`` with its 90 % interval, in points.

    Better and worse are two one-sided tests at 2.5 %, and both ask for an effect of at least the margin. That a difference
    is too small to matter is the two one-sided tests of equivalence at 5 %: Schuirmann (1987), Journal of Pharmacokinetics
    and Biopharmaceutics 15:657-680. Raters who notice nothing pass it too, so it is called meaningless only where controls
    show that they notice a difference larger than the margin.
    """
    if effect.value is None or effect.low is None or effect.high is None:
        return Word.NOT_ENOUGH
    if is_better(effect.value, effect.low, margin):
        return Word.BETTER
    if is_worse(effect.value, effect.high, margin):
        return Word.WORSE
    if effect_90.low is not None and effect_90.high is not None and is_same(effect_90.low, effect_90.high, margin):
        return Word.NO_MEANINGFUL_DIFFERENCE if controls.shows(margin) else Word.NO_DIFFERENCE_SEEN
    return Word.NOT_ENOUGH


def _reasons(word: Word, controls: Controls) -> tuple[Reason, ...]:
    if word == Word.NOT_ENOUGH:
        return (Reason.UNDECIDED,)
    if word != Word.NO_DIFFERENCE_SEEN:
        return ()
    if not controls.judgments:
        return (Reason.NO_CONTROLS,)
    return (Reason.SENSITIVITY if controls.suffice else Reason.FEW_CONTROLS,)


def is_better(value: Numbers, low: Numbers, margin: float) -> Any:
    """``low`` of the 95 % interval. Of one study, or of each of many."""
    return np.greater(low, 0) & np.greater_equal(value, margin)


def is_worse(value: Numbers, high: Numbers, margin: float) -> Any:
    """``high`` of the 95 % interval."""
    return np.less(high, 0) & np.less_equal(value, -margin)


def is_same(low: Numbers, high: Numbers, margin: float) -> Any:
    """``low`` and ``high`` of the 90 % interval: wholly within the margin, not at it."""
    return np.greater(low, -margin) & np.less(high, margin)
