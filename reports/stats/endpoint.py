"""The primary endpoint: the ratings of each comparison averaged, then within subject, then over subjects, minus 3.

docs/protocol.md, What the report must answer, 5. Two intervals answer two questions: how it would come out with other
subjects, raters and prompts like these (``one_arm(..).mean(..)``), and with other subjects alone (``for_these``).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from reports.stats.crossed import NO_VALUES, Crossing, Factor
from reports.stats.estimate import Estimate

type Floats = npt.NDArray[np.float64]
type Indices = npt.NDArray[np.int64]
type Flags = npt.NDArray[np.bool_]

# The protocol's: with fewer nothing is said of other subjects, raters and prompts.
FEWEST: Mapping[str, int] = {"subject": 10, "rater": 6, "prompt": 10}
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

    def weights(self) -> Floats:
        """Adding up to 1: subjects equal, comparisons equal within a subject, ratings within a comparison."""
        ratings = np.bincount(self.comparison)[self.comparison]
        comparisons = np.bincount(self.subject, weights=1 / ratings)[self.subject]
        return 1 / (self.subjects * comparisons * ratings)

    def rated(self) -> Indices:
        """A level for each rating, -1 for what nobody rated."""
        return np.where(self.rater >= 0, np.arange(len(self.rater)), -1)


def one_arm(judged: Judged) -> Crossing:
    factors = [
        Factor("subject", judged.subject),
        Factor("prompt", judged.prompt),
        Factor("rater", judged.rater),
        Factor("comparison", judged.comparison),
        Factor("rating", judged.rated()),
    ]
    return Crossing(judged.weights(), factors)


def for_these(weights: Floats, judged: Judged, level: float = 0.95) -> Estimate:
    """With other subjects, but the same raters and prompts: Student's interval of the subjects' means, exact if these are normal.

    ``weights`` as ``Judged.weights`` gives them.
    """
    means = subject_means(weights, judged)
    n = len(means)
    if not n:
        return Estimate.undefined(NO_VALUES)
    if n == 1 or np.ptp(means) == 0:
        return Estimate.undefined(ONE_SUBJECT if n == 1 else EQUAL_SUBJECTS, len(judged.value))
    reach = float(stats.t.ppf((1 + level) / 2, n - 1) * means.std(ddof=1) / np.sqrt(n))
    mean = float(means.mean())
    return Estimate(mean, len(judged.value), mean - reach, mean + reach, level, n)


def subject_means(weights: Floats, judged: Judged) -> Floats:
    """Each subject's own effect, in points."""
    sums = np.bincount(judged.subject, weights=weights * judged.value, minlength=judged.subjects)
    return judged.subjects * sums
