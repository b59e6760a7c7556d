"""Keys of the frame and of silent comparisons, as indices of one kind."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from reports.stats.ratings import Indices


def joined(keys: npt.NDArray[Any], silent: Sequence[Any]) -> Indices:
    """Indices without gaps, the same for the same key; -1 where there is none."""
    every = [*keys.tolist(), *silent]
    place = {key: number for number, key in enumerate(dict.fromkeys(key for key in every if key is not None))}
    place[None] = -1
    return np.fromiter((place[key] for key in every), dtype=np.int64, count=len(every))
