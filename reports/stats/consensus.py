"""What the raters of a unit say together (docs/protocol.md, Counting), for all units at once."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from reports.stats.ratings import Flags, Floats, Indices, Ratings


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
