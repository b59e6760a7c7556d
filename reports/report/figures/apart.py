"""Groups beside each other: how far each lies from all others, with an interval for the difference."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from reports.report.figures.samples import Samples
from reports.stats.crossing import SIGNED, estimate
from reports.stats.estimate import Estimate
from reports.stats.ratings import Flags, Floats
from reports.stats.shares import shares

ONE_GROUP = "There is no other group to compare it with."


def shares_apart(samples: Samples, groups: Mapping[str, Flags], place: int) -> dict[str, Estimate]:
    """Of each group: the share of the consensus label at ``place`` of the scale, minus that of all other groups together."""
    if len(groups) < 2:
        return dict.fromkeys(groups, Estimate.undefined(ONE_GROUP))
    every = np.any(list(groups.values()), axis=0)
    return {name: _apart(samples, units, every & ~units, place) for name, units in groups.items()}


def _apart(samples: Samples, ones: Flags, others: Flags, place: int) -> Estimate:
    """Both are summed over the same subjects, prompts and raters, so what they share is in both."""
    labels = len(samples.frame.scale)

    def difference(total: Floats) -> Any:
        return shares(total[..., :labels])[..., place] - shares(total[..., labels:])[..., place]

    n = int(((ones | others) & samples.frame.consensus.known).sum())
    return estimate(samples.consensus_sums(ones, others), difference, n=n, within=SIGNED)
