"""What the figures of a stage are drawn from: its subjects, its prompts and its raters, each of whom might be another."""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np

from judgments.stages import behaviour
from reports.dataset.frames import Frame, coded
from reports.stats.classification import Swings
from reports.stats.consensus import ConsensusLabels, majority, swings
from reports.stats.crossing import RATERS, SHARE, Crossing, Sums, estimate, estimates
from reports.stats.estimate import Estimate
from reports.stats.ratings import Flags, Floats, Ratings
from reports.stats.shares import ratio, shares

ROUNDING = 1e-9  # a mean of thirds is not exactly 3


@dataclass(frozen=True, eq=False)
class Samples:
    """``units``: the subject and the prompt of each unit."""

    frame: Frame
    units: Crossing

    @classmethod
    def of(cls, frame: Frame) -> Self:
        prompts, _keys = coded(frame.items.column("prompt_id"))
        return cls(frame, Crossing.of(frame.ratings.subject, prompts))

    @cached_property
    def human(self) -> Ratings:
        return self.frame.human

    @cached_property
    def swing(self) -> Floats:
        """``consensus.swings`` of the human judgments; none where a unit was adjudicated, or a panel speaks for it."""
        human, scale = self.human, self.frame.scale
        otherwise = behaviour(self.frame.stage).consensus((scale[0], scale[-1]))  # what two who differ come to
        return self.where_theirs(swings(human, scale, otherwise), majority(human, scale, otherwise))

    def where_theirs(self, swing: Floats, found: ConsensusLabels) -> Floats:
        """Of the human judgments, 0 where another label than the one ``found`` of them is the consensus."""
        consensus = self.frame.consensus
        theirs = np.isclose(found.label, consensus.label, rtol=0, atol=ROUNDING)
        return np.where((theirs & consensus.known)[self.human.unit, None], swing, 0)

    def judgments(self, rows: Ratings) -> Crossing:
        return self.units.rows(rows.unit).and_raters(rows.rater)

    def swings(self, labels: Flags) -> Swings:
        """Of a consensus that is one of the chosen labels of the scale."""
        human = self.human
        return Swings(human.unit, human.rater, human.raters, self.swing[:, labels].sum(axis=1))

    def share_of_judgments(self, rows: Ratings, chosen: Flags) -> Estimate:
        """Of the judgments of several raters, the share that is chosen."""
        sums = self.judgments(rows).sums([chosen, np.ones(len(rows))])
        return estimate(sums, ratio, n=len(rows), within=SHARE)

    def share_of_rater(self, rater: int, hits: Flags, among: Flags) -> Estimate:
        """Of the judgments of one rater that are ``among``, the share of hits; both with a row for each judgment."""
        rows = np.flatnonzero((self.frame.ratings.rater == rater) & among)
        sums = self.units.rows(self.frame.ratings.unit[rows]).sums([hits[rows], np.ones(len(rows))])
        return estimate(sums, ratio, n=len(rows), within=SHARE)

    def consensus_sums(self, *groups: Flags) -> Sums:
        """Of the units with a consensus in each group: how many have each label of the scale, group by group."""
        labels = self.frame.consensus.label[:, None] == np.asarray(self.frame.scale)
        return self.grouped(labels, self.swing, *groups)

    def grouped(self, columns: Floats | Flags, swing: Floats, *groups: Flags) -> Sums:
        """Sums of the columns, a row for each unit, over those with a consensus in each group; group by group.

        ``swing``: judgments x columns, what each loses if another rater stood in the judgment's place.
        """
        chosen = np.flatnonzero(np.any(groups, axis=0) & self.frame.consensus.known)
        summed = [column[chosen] * group[chosen] for group in groups for column in columns.T]
        return self.units.rows(chosen).sums(summed).without_levels(RATERS, self._lost(swing, groups))

    def consensus_shares(self, units: Flags) -> list[Estimate]:
        """The share of each label of the scale."""
        n = int((units & self.frame.consensus.known).sum())
        return estimates(self.consensus_sums(units), shares, n=n, within=[SHARE] * len(self.frame.scale))

    def _lost(self, swing: Floats, groups: tuple[Flags, ...]) -> Floats:
        """Raters x (groups x columns): what the sums lose without a rater."""
        human, known = self.human, self.frame.consensus.known
        inside = np.any(groups, axis=0)[human.unit] & known[human.unit]
        rows, rater = human.rows(inside), human.rater[inside]
        columns = [column * group[rows.unit] for group in groups for column in swing[inside].T]
        lost = np.stack([np.bincount(rater, weights=each, minlength=human.raters) for each in columns], axis=1)
        seen: Floats = lost[np.bincount(rater, minlength=human.raters) > 0]
        return seen
