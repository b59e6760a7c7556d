"""What the raters of a unit say together (docs/protocol.md, Counting), for all units at once."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from reports.stats.ratings import Flags, Floats, Indices, Ratings, category_index


@dataclass(frozen=True, slots=True, eq=False)
class ConsensusLabels:
    """One label for each unit. ``label`` means something only where ``known``; ``raters`` stand behind it."""

    label: Floats
    known: Flags
    raters: Indices


def majority(ratings: Ratings, categories: npt.ArrayLike, otherwise: float) -> ConsensusLabels:
    """The label of more than half of a unit's raters, else ``otherwise`` (stage 1: unsure, stage 2: no)."""
    scale = np.asarray(categories, dtype=np.float64)
    counts = ratings.counts(scale)
    raters = counts.sum(axis=1)
    most = counts.argmax(axis=1)
    strict = 2 * counts[np.arange(len(counts)), most] > raters
    return ConsensusLabels(label=np.where(strict, scale[most], otherwise), known=raters > 0, raters=raters)


def mean(ratings: Ratings) -> ConsensusLabels:
    """The mean of a unit's labels (stage 3)."""
    raters = np.bincount(ratings.unit, minlength=ratings.units).astype(np.int64)
    sums = np.bincount(ratings.unit, weights=ratings.label, minlength=ratings.units)
    return ConsensusLabels(label=sums / np.maximum(raters, 1), known=raters > 0, raters=raters)


def swings(ratings: Ratings, categories: npt.ArrayLike, otherwise: float) -> Floats:
    """Judgments x categories: what the majority loses, on average, if another rater of the unit stood in this one's place.

    One for the label the majority is, minus the chance of each label with one of the unit's other labels, drawn at
    random, in place of this one. Summed over a rater's judgments it is the rater's part in a figure of consensus: the
    first term of Hoeffding's decomposition (Efron and Stein 1981, Annals of Statistics 9:586-596). A unit's only rater
    has the whole label.
    """
    scale = np.asarray(categories, dtype=np.float64)
    counts = ratings.counts(scale)[ratings.unit]
    own = np.eye(len(scale), dtype=np.int64)[category_index(ratings.label, scale)]
    others = counts - own
    number = others.sum(axis=1)
    lost = _decided(counts, scale, otherwise)
    for place in range(len(scale)):
        another = np.eye(len(scale), dtype=np.int64)[place]
        chance = others[:, place] / np.maximum(number, 1)
        lost -= chance[:, None] * _decided(others + another, scale, otherwise)
    return lost


def swings_of_mean(ratings: Ratings, categories: npt.ArrayLike, figures: Callable[[Floats], Floats]) -> Floats:
    """Judgments x figures: the same of what is made of a unit's mean (stage 3). ``figures``: a row of numbers for each mean."""
    scale = np.asarray(categories, dtype=np.float64)
    counts = ratings.counts(scale)[ratings.unit]
    raters, sums = counts.sum(axis=1), counts @ scale
    lost = figures(sums / raters)
    for place, another in enumerate(scale):
        others = counts[:, place] - (ratings.label == another)
        chance = others / np.maximum(raters - 1, 1)
        lost = lost - chance[:, None] * figures((sums - ratings.label + another) / raters)
    return lost


def _decided(counts: Indices, scale: Floats, otherwise: float) -> Floats:
    """One in the column of the label that more than half of a row's counts are, else in that of ``otherwise``."""
    most = counts.argmax(axis=1)
    strict = 2 * counts[np.arange(len(counts)), most] > counts.sum(axis=1)
    place = np.where(strict, most, int(np.searchsorted(scale, otherwise)))
    return np.eye(len(scale))[place]
