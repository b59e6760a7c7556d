"""Stage 3: what comes of comparisons, each by the mean of its human labels, and of single judgments."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from reports.report.figures.apart import ONE_GROUP
from reports.report.figures.samples import ROUNDING, Samples
from reports.stats.consensus import mean, swings_of_mean
from reports.stats.crossing import SHARE, Range, Sums, estimate, estimates
from reports.stats.estimate import Estimate
from reports.stats.ratings import Flags, Floats

NO_DIFFERENCE = 3.0
POINTS: Range = (1.0, 5.0)
APART: Range = (-4.0, 4.0)


@dataclass(frozen=True, eq=False)
class Outcomes:
    samples: Samples

    @cached_property
    def swing(self) -> Floats:
        """Human judgments x what ``of_means`` says of a mean: how far each judgment moves it."""
        samples = self.samples
        return samples.where_theirs(swings_of_mean(samples.human, samples.frame.scale, of_means), mean(samples.human))

    def of_units(self, units: Flags) -> dict[str, Any]:
        """Of these units: each by the mean of its human labels."""
        frame = self.samples.frame
        mean_rating, win, tie, loss = self.averages(units)
        return {
            "units": int((frame.consensus.known & units).sum()),
            "provisional": int((frame.provisional & units).sum()),
            "mean": mean_rating.as_json(),
            "better": win.as_json(),
            "no_better": win.complement().as_json(),
            "win": win.as_json(),
            "tie": tie.as_json(),
            "loss": loss.as_json(),
            **self._of_judgments(units),
        }

    def averages(self, units: Flags) -> list[Estimate]:
        """The mean rating, and the shares that are better, no different and worse."""
        consensus = self.samples.frame.consensus
        sums = self.samples.grouped(of_means(consensus.label), self.swing, units)
        n = int((consensus.known & units).sum())
        return estimates(sums, averages, n=n, within=[POINTS, SHARE, SHARE, SHARE])

    def apart(self, groups: Mapping[str, Flags]) -> dict[str, Estimate]:
        """Of each group: its mean rating, minus that of all other groups together, in points."""
        if len(groups) < 2:
            return dict.fromkeys(groups, Estimate.undefined(ONE_GROUP))
        every = np.any(list(groups.values()), axis=0)
        return {name: self.between(units, every & ~units) for name, units in groups.items()}

    def between(self, ones: Flags, others: Flags) -> Estimate:
        """The mean rating of some units, minus that of others."""
        consensus = self.samples.frame.consensus
        sums = self.samples.grouped(of_means(consensus.label), self.swing, ones, others)
        return means_apart(sums, n=int(((ones | others) & consensus.known).sum()))

    def _of_judgments(self, units: Flags) -> dict[str, Any]:
        """How single raters judged: the shares of the labels, and of those that say personalizing did harm."""
        rows, scale = self.samples.human.of_units(units), self.samples.frame.scale
        columns = [*(rows.label == label for label in scale), rows.label < NO_DIFFERENCE, np.ones(len(rows))]
        sums = self.samples.judgments(rows).sums(columns)
        *shares, harm = estimates(sums, averages, n=len(rows), within=[SHARE] * (len(scale) + 1))
        return {
            "judgments": len(rows),
            "harm": harm.as_json(),
            "distribution": [
                {"label": label, "share": share.as_json()} for label, share in zip(scale, shares, strict=True)
            ],
        }


def means_apart(sums: Sums, *, n: int) -> Estimate:
    """The first figure of ``averages`` of the first half of the columns, minus that of the second."""
    width = sums.total.size // 2

    def difference(total: Floats) -> Any:
        return averages(total[..., :width])[..., 0] - averages(total[..., width:])[..., 0]

    return estimate(sums, difference, n=n, within=APART)


def of_means(label: Floats) -> Floats:
    """Means x (the mean itself, better, no difference, worse, one)."""
    better, worse = label > NO_DIFFERENCE + ROUNDING, label < NO_DIFFERENCE - ROUNDING
    return np.stack([label, better, ~better & ~worse, worse, np.ones(len(label))], axis=1)


def averages(total: Floats) -> Floats:
    """Each column by the last; NaN where that is nothing."""
    count = total[..., -1:]
    return np.divide(total[..., :-1], count, out=np.full_like(total[..., :-1], np.nan), where=count > ROUNDING)
