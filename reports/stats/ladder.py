"""The ladder: one system under three policies, and what each step up is worth to the reader.

docs/protocol.md, What the report must answer, 4. The rungs: the system's own selection; selected anew from the attributes
that people accepted; those that people found relevant. The first step is what extraction loses, the second what selection
does. Both are contrasts within the case, and so is how far the two lie apart.
"""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

import numpy as np
import numpy.typing as npt

from reports.stats.crossed import CrossedFactors, CrossedMean
from reports.stats.decision import EffectIntervals, Reason, Verdict, Word
from reports.stats.endpoint import FEWEST, OTHERS, Judged, contrast_factors, for_these, two_arms
from reports.stats.estimate import Estimate

type Floats = npt.NDArray[np.float64]
type Indices = npt.NDArray[np.int64]

# Of ``relevant`` against generic: with these even the best attributes do not help, so it is the response that fails.
NO_HELP = (Word.WORSE, Word.NO_MEANINGFUL_DIFFERENCE, Word.NO_DIFFERENCE_SEEN)


class Rung(IntEnum):
    OWN = 0
    ACCEPTED = 1
    RELEVANT = 2


class Bottleneck(StrEnum):
    """At which stage it breaks, or why nobody can say."""

    EXTRACTION = "extraction"
    SELECTION = "selection"
    RESPONSE = "response"
    SPREAD = "spread over stages"
    NOT_ENOUGH = "not enough evidence yet"
    COULD_NOT_TELL = "raters could not tell"


@dataclass(frozen=True, slots=True, eq=False)
class LadderRows:
    """``rung`` and ``case`` of each row of ``judged``. Every case has rows of every rung that is asked about."""

    judged: Judged
    rung: Indices
    case: Indices

    def of(self, *rungs: Rung) -> "LadderRows":
        rows = np.isin(self.rung, rungs)
        return LadderRows(self.judged.rows(rows), self.rung[rows], self.case[rows])


@dataclass(frozen=True, slots=True, eq=False)
class PairedDifference:
    """In points. ``others``: with other subjects, raters and prompts like these; ``weights`` for what holds with these alone."""

    others: CrossedMean
    weights: Floats
    judged: Judged

    def intervals(self, count: int) -> EffectIntervals:
        """Of ``count`` at once: all of them hold together at 95 % and at 90 % (Bonferroni)."""
        return EffectIntervals(self.others.interval(1 - 0.05 / count), self.others.equivalence(1 - 0.10 / count))

    def these(self, count: int) -> EffectIntervals:
        wide, narrow = (for_these(self.weights, self.judged, 1 - error / count) for error in (0.05, 0.10))
        return EffectIntervals(wide, narrow)


def step(rows: LadderRows, upper: Rung, lower: Rung) -> PairedDifference:
    """What the ``upper`` rung is worth beyond the ``lower``."""
    two = rows.of(upper, lower)
    crossing = two_arms(two.judged, two.rung == lower, two.case)
    return _measured(crossing, two.judged)


def steps_apart(rows: LadderRows) -> PairedDifference:
    """The first step minus the second; all three rungs in every case.

    The middle rung counts twice in it, and the outer two are on one side: each is centred by itself.
    """
    weights = np.zeros(len(rows.rung))
    for rung, times in ((Rung.OWN, -1.0), (Rung.ACCEPTED, 2.0), (Rung.RELEVANT, -1.0)):
        of_rung = rows.rung == rung
        weights[of_rung] = times * rows.judged.rows(of_rung).weights()
    factors = contrast_factors(rows.judged, np.where(rows.rung == Rung.ACCEPTED, 1.0, -1.0), rows.case)
    return _measured(CrossedFactors(weights, factors, arm=rows.rung, over=OTHERS), rows.judged)


def _measured(crossing: CrossedFactors, judged: Judged) -> PairedDifference:
    return PairedDifference(crossing.mean(judged.value, fewest=FEWEST), crossing.weights, judged)


@dataclass(frozen=True, slots=True)
class WeighedStep:
    """``of_95``: its simultaneous 95 % interval."""

    of_95: Estimate
    verdict: Verdict

    @property
    def is_above_0(self) -> bool:
        return self.of_95.low is not None and self.of_95.low > 0

    def is_below(self, margin: float) -> bool:
        return self.of_95.high is not None and self.of_95.high < margin


def bottleneck(
    first: WeighedStep, second: WeighedStep, apart: Estimate, relevant: Word, *, margin: float
) -> Bottleneck:
    """The first rule of the protocol that holds.

    ``apart``: the first step minus the second, with its simultaneous 95 % interval. ``relevant``: the word for that arm.
    """
    words = (first.verdict.word, second.verdict.word, relevant)
    if Word.COULD_NOT_TELL in words:
        return Bottleneck.COULD_NOT_TELL
    if _says_nothing(first.verdict) or _says_nothing(second.verdict):
        return Bottleneck.NOT_ENOUGH
    if first.is_above_0 and apart.low is not None and apart.low > 0:
        return Bottleneck.EXTRACTION
    if second.is_above_0 and apart.high is not None and apart.high < 0:
        return Bottleneck.SELECTION
    if relevant in NO_HELP and first.is_below(margin) and second.is_below(margin):
        return Bottleneck.RESPONSE
    return Bottleneck.NOT_ENOUGH if Word.NOT_ENOUGH in words else Bottleneck.SPREAD


def _says_nothing(verdict: Verdict) -> bool:
    """Too little stands behind it: its interval, where there is one, must not be read."""
    return verdict.word == Word.NOT_ENOUGH and Reason.UNDECIDED not in verdict.reasons
