"""Ratings and counts as papers print them."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from reports.stats.agreement import CountTable
from reports.stats.ratings import Indices, Ratings


def ratings_of(matrix: npt.ArrayLike, subject: Sequence[int] | Indices | None = None) -> Ratings:
    """From raters x units, NaN where a rater did not judge a unit. Without subjects each unit is one of its own."""
    cells = np.asarray(matrix, dtype=np.float64)
    rater, unit = np.nonzero(~np.isnan(cells))
    of_unit = np.arange(cells.shape[1]) if subject is None else np.asarray(subject, dtype=np.int64)
    subjects = int(of_unit.max(initial=-1)) + 1
    keys = [np.arange(size) for size in (cells.shape[1], cells.shape[0], subjects)]
    return Ratings(unit.astype(np.int64), rater.astype(np.int64), cells[rater, unit], of_unit, *keys)


def counts_of(counts: npt.ArrayLike) -> CountTable:
    """A published table of units x categories. Each unit is a subject of its own."""
    table = np.asarray(counts, dtype=np.int64)
    return CountTable(table, np.arange(table.shape[1], dtype=np.float64), np.arange(len(table)), np.ones(len(table)))
