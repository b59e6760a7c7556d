"""Each rater against the consensus, as one who has to find the units that deserve ``positive`` (stage 2: yes).

Model raters, baselines and panels are compared with the humans' consensus. A human is compared with the consensus of
the *other* humans of each unit, formed by the same rule, since with oneself anybody agrees.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from reports.stats.consensus import ConsensusLabels
from reports.stats.estimate import Estimate
from reports.stats.ratings import Flags, Floats, Indices, Ratings
from reports.stats.shares import wilson

NO_REFERENCE = "This rater has judged no unit that has a consensus to compare with."
NEVER_SAID = "This rater never said yes, so there is nothing to be precise about."
NEVER_TRUE = "The consensus never says yes on these units."
NEITHER = "Neither this rater nor the consensus ever says yes on these units."
NO_CEILING = "No human shares a unit with another human, so there is no human ceiling."
TRUE_NEGATIVE, FALSE_NEGATIVE, FALSE_POSITIVE, TRUE_POSITIVE = range(4)


@dataclass(frozen=True, slots=True)
class Scores:
    """One rater. All but ``yes_rate`` rest on the units that have a reference; ``over_selection`` is in shares of units."""

    yes_rate: Estimate
    reference_yes_rate: Estimate
    over_selection: Estimate
    over_selection_ratio: Estimate
    precision: Estimate
    recall: Estimate
    f1: Estimate
    accuracy: Estimate
    left_out: bool  # compared with the other humans

    def as_json(self) -> dict[str, Any]:
        figures = {name: getattr(self, name) for name in self.__slots__ if name != "left_out"}
        return {name: figure.as_json() for name, figure in figures.items()} | {"left_out": self.left_out}


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """The judgments that have a reference: who, on which unit, whether yes, and whether the reference says yes."""

    ratings: Ratings
    said: Flags
    true: Flags
    left_out: Flags  # of each rater

    def confusion(self, weights: Floats | None = None) -> Floats:
        """Raters x (true negative, false negative, false positive, true positive), each unit by its weight."""
        cell = self.ratings.rater * 4 + 2 * self.said + self.true
        weight = None if weights is None else weights[self.ratings.unit]
        counts = np.bincount(cell, weights=weight, minlength=self.ratings.raters * 4)
        return counts.reshape(-1, 4).astype(np.float64)

    def ceiling_by_subject(self) -> Floats:
        """Subjects x humans x the same four: the human ceiling of a bootstrap of subjects is of ``weights @ counts``."""
        humans = np.flatnonzero(self.left_out)
        place = np.zeros(self.ratings.raters, dtype=np.int64)
        place[humans] = np.arange(len(humans))
        rows = self.left_out[self.ratings.rater]
        subject = self.ratings.subject[self.ratings.unit[rows]]
        cell = (subject * len(humans) + place[self.ratings.rater[rows]]) * 4 + 2 * self.said[rows] + self.true[rows]
        counts = np.bincount(cell, minlength=self.ratings.subjects * len(humans) * 4)
        return counts.reshape(self.ratings.subjects, len(humans), 4).astype(np.float64)


def compare(ratings: Ratings, consensus: ConsensusLabels, humans: Flags, *, positive: float = 1.0) -> Compared:
    """Each judgment beside its reference. Judgments without one (no consensus, no other human) drop out.

    The others' consensus is positive where more than half of them say so: a tie is no, as in docs/protocol.md.
    """
    said = ratings.label == positive
    human = humans[ratings.rater]
    yes = np.bincount(ratings.unit[human & said], minlength=ratings.units)
    all_humans = np.bincount(ratings.unit[human], minlength=ratings.units)
    others = all_humans[ratings.unit] - human
    others_yes = yes[ratings.unit] - (human & said)
    true = np.where(human, 2 * others_yes > others, (consensus.label == positive)[ratings.unit])
    has_reference = np.where(human, others > 0, consensus.known[ratings.unit])
    return Compared(ratings.rows(has_reference), said[has_reference], true[has_reference], humans)


def score_raters(
    ratings: Ratings, consensus: ConsensusLabels, humans: Flags, *, positive: float = 1.0, level: float = 0.95
) -> list[Scores]:
    """The scores of every rater, in the order of their indices."""
    compared = compare(ratings, consensus, humans, positive=positive)
    confusion = compared.confusion().astype(np.int64)
    judged = np.bincount(ratings.rater, minlength=ratings.raters)
    yes = np.bincount(ratings.rater[ratings.label == positive], minlength=ratings.raters)
    return [
        _scores(row, wilson(int(said), int(n), level), left_out=bool(human))
        for row, said, n, human in zip(confusion, yes, judged, humans, strict=True)
    ]


def human_ceiling(scores: list[Scores]) -> Estimate:
    """The mean leave-one-out F1 of the humans, each human counting once. ``n`` is the number of humans."""
    values = [one.f1.value for one in scores if one.left_out and one.f1.value is not None]
    if not values:
        return Estimate.undefined(NO_CEILING)
    return Estimate(value=float(np.mean(values)), n=len(values))


def f1_of(confusion: npt.ArrayLike) -> Floats:
    """F1 along the last axis of confusions; NaN where undefined, which a bootstrap drops."""
    table = np.asarray(confusion, dtype=np.float64)
    twice = 2 * table[..., TRUE_POSITIVE]
    below = twice + table[..., FALSE_POSITIVE] + table[..., FALSE_NEGATIVE]
    scores: Floats = np.divide(twice, below, out=np.full(below.shape, np.nan), where=below > 0)
    return scores


def ceiling_of(confusion: npt.ArrayLike) -> Floats:
    """The mean F1 over the last axis but one (humans), over those for whom it is defined."""
    scores = f1_of(confusion)
    defined = ~np.isnan(scores)
    number = defined.sum(axis=-1)
    means: Floats = np.divide(
        np.where(defined, scores, 0).sum(axis=-1), number, out=np.full(number.shape, np.nan), where=number > 0
    )
    return means


def _scores(row: Indices, yes_rate: Estimate, *, left_out: bool) -> Scores:
    units = int(row.sum())
    said, true = int(row[FALSE_POSITIVE] + row[TRUE_POSITIVE]), int(row[FALSE_NEGATIVE] + row[TRUE_POSITIVE])
    right = int(row[TRUE_NEGATIVE] + row[TRUE_POSITIVE])
    hits = int(row[TRUE_POSITIVE])
    return Scores(
        yes_rate=yes_rate,
        reference_yes_rate=_ratio(true, units, units, NO_REFERENCE),
        over_selection=_ratio(said - true, units, units, NO_REFERENCE),
        over_selection_ratio=_ratio(said, true, units, NEVER_TRUE if units else NO_REFERENCE),
        precision=_ratio(hits, said, units, NEVER_SAID if units else NO_REFERENCE),
        recall=_ratio(hits, true, units, NEVER_TRUE if units else NO_REFERENCE),
        f1=_f1(row),
        accuracy=_ratio(right, units, units, NO_REFERENCE),
        left_out=left_out,
    )


def _f1(row: Indices) -> Estimate:
    units = int(row.sum())
    hits = 2 * int(row[TRUE_POSITIVE])
    wrong = int(row[FALSE_POSITIVE] + row[FALSE_NEGATIVE])
    return _ratio(hits, hits + wrong, units, NEITHER if units else NO_REFERENCE)


def _ratio(above: int, below: int, n: int, reason: str) -> Estimate:
    return Estimate(value=above / below, n=n) if below else Estimate.undefined(reason, n)
