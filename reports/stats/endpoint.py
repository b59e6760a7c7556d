"""The primary endpoint: the ratings of each comparison averaged, then within subject, then over subjects, minus 3.

docs/protocol.md, What the report must answer, 5. Of two arms it is the difference of theirs, over cases that both have. Two intervals answer two questions: how it would come out with other
subjects, raters and prompts like these (``crossing().mean(..)``), and with other subjects alone (``for_these``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy import special

from reports.stats.crossed import NO_VALUES, CrossedFactors, Factor
from reports.stats.decision import FEWEST_PROMPTS, FEWEST_RATERS, FEWEST_SUBJECTS
from reports.stats.estimate import Estimate

type Floats = npt.NDArray[np.float64]
type Indices = npt.NDArray[np.int64]
type Flags = npt.NDArray[np.bool_]

# With fewer nothing is said of other subjects, raters and prompts.
FEWEST: Mapping[str, int] = {"subject": FEWEST_SUBJECTS, "rater": FEWEST_RATERS, "prompt": FEWEST_PROMPTS}
OTHERS, OTHER_SUBJECTS = "subjects, raters and prompts", "subjects"
ONE_SUBJECT = "One subject alone says nothing of how subjects differ."
EQUAL_SUBJECTS = "All subjects are equal, so nothing tells how far others would be from them."


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """Row i says: ``rater[i]`` found ``comparison[i]`` so many points from no difference, -2 to 2.

    A silent comparison is a row of value 0 and rater -1: a tie by construction, which nobody was asked about. Indices
    are from 0 on; ``subject`` without gaps, so that ``for_these`` has a mean for each.
    """

    value: Floats
    subject: Indices
    prompt: Indices
    rater: Indices
    comparison: Indices

    @property
    def subjects(self) -> int:
        return int(self.subject.max(initial=-1)) + 1

    def rows(self, chosen: Flags) -> Self:
        """Only these, with the subjects that are left."""
        subject = np.unique(self.subject[chosen], return_inverse=True)[1].astype(np.int64)
        rest = (self.prompt[chosen], self.rater[chosen], self.comparison[chosen])
        return type(self)(self.value[chosen], subject, *rest)

    def weights(self) -> Floats:
        """Adding up to 1: subjects equal, comparisons equal within a subject, ratings within a comparison."""
        ratings = np.bincount(self.comparison)[self.comparison]
        comparisons = np.bincount(self.subject, weights=1 / ratings)[self.subject]
        return 1 / (self.subjects * comparisons * ratings)

    def rated(self) -> Indices:
        """A level for each rating, -1 for what nobody rated."""
        return np.where(self.rater >= 0, np.arange(len(self.rater)), -1)


@dataclass(frozen=True, slots=True, eq=False)
class PrimaryEndpoint:
    """What a verdict is about: an arm, or the first of two arms minus the ``second``, over the cases that both have.

    ``second`` marks the rows of the second arm and ``case`` is the case of each row; neither is there of one arm.
    """

    judged: Judged
    second: Flags | None = None
    case: Indices | None = None

    @classmethod
    def of_two(cls, judged: Judged, second: Flags, case: Indices) -> Self:
        """Of rows of any cases: those of cases that only one arm has are left out."""
        both = np.isin(case, np.intersect1d(case[~second], case[second]))
        return cls(judged.rows(both), second[both], case[both])

    def rows(self, chosen: Flags) -> Self:
        if self.second is None or self.case is None:
            return type(self)(self.judged.rows(chosen))
        return self.of_two(self.judged.rows(chosen), self.second[chosen], self.case[chosen])

    def crossing(self) -> CrossedFactors:
        if self.second is None or self.case is None:
            return one_arm(self.judged)
        return two_arms(self.judged, self.second, self.case)

    def weights(self) -> Floats:
        return self.judged.weights() if self.second is None else contrast_weights(self.judged, self.second)

    @property
    def cases(self) -> int:
        """Of one arm each comparison is one."""
        return len(np.unique(self.judged.comparison if self.case is None else self.case))

    @property
    def rated(self) -> Flags:
        """Not silent."""
        return self.judged.rater >= 0


def of_several(level: float, intervals: int) -> float:
    """The level of each of so many intervals, so that all together hold at ``level``: Bonferroni.

    It holds however they hang together, and each has degrees of freedom of its own, for which max-t has no table.
    """
    return 1 - (1 - level) / intervals


def one_arm(judged: Judged) -> CrossedFactors:
    factors = [
        Factor("subject", judged.subject),
        Factor("prompt", judged.prompt),
        Factor("rater", judged.rater),
        Factor("comparison", judged.comparison),
        Factor("rating", judged.rated()),
    ]
    return CrossedFactors(judged.weights(), factors, over=OTHERS)


def two_arms(judged: Judged, second: Flags, case: Indices) -> CrossedFactors:
    """The first arm's endpoint minus that of the ``second``, over cases that both have."""
    factors = contrast_factors(judged, np.where(second, -1.0, 1.0), case)
    return CrossedFactors(contrast_weights(judged, second), factors, over=OTHERS)


def contrast_factors(judged: Judged, sign: Floats, case: Indices) -> list[Factor]:
    """What makes arms differ by chance; ``sign``: of each row, with which it counts.

    What a subject, prompt or case adds to both arms alike drops out; what it adds to their difference is a sample. A rater
    sees one comparison of a case, so that each arm has raters, or numbers of their ratings, of its own: how far raters lie
    apart on both arms alike counts too.
    """
    return [
        Factor("subject", judged.subject, sign),
        Factor("prompt", judged.prompt, sign),
        Factor("rater", judged.rater, sign),
        Factor("rater of both arms", judged.rater),
        Factor("case", case, sign),
        Factor("case of both arms", case),
        Factor("rating", judged.rated()),
    ]


def contrast_weights(judged: Judged, second: Flags) -> Floats:
    """Of the first arm adding up to 1, of the second to -1."""
    weights = np.zeros(len(judged.value))
    for rows, sign in ((~second, 1.0), (second, -1.0)):
        weights[rows] = sign * judged.rows(rows).weights()
    return weights


def for_these(weights: Floats, judged: Judged, level: float = 0.95) -> Estimate:
    """With other subjects, but the same raters and prompts: Student's interval of the subjects' means, exact if these are normal.

    ``weights``: ``Judged.weights`` of one arm, ``contrast_weights`` of two.
    """
    means = subject_means(weights, judged)
    n = len(means)
    if not n:
        return Estimate.undefined(NO_VALUES)
    if n == 1 or np.ptp(means) == 0:
        why = ONE_SUBJECT if n == 1 else EQUAL_SUBJECTS
        return Estimate(float(means.mean()), len(judged.value), clusters=n, no_interval=why)
    reach = float(special.stdtrit(n - 1, (1 + level) / 2) * means.std(ddof=1) / np.sqrt(n))
    mean = float(means.mean())
    return Estimate(mean, len(judged.value), mean - reach, mean + reach, level, n, over=OTHER_SUBJECTS)


def subject_means(weights: Floats, judged: Judged) -> Floats:
    """Each subject's own effect, in points."""
    sums = np.bincount(judged.subject, weights=weights * judged.value, minlength=judged.subjects)
    return judged.subjects * sums
