"""How well a system finds what humans find, and how well one human does, both against the same references.

For every human of a unit the strict majority of the unit's *other* humans is a reference. The system's answer and that
human's own are each scored against it, and pooled over units and humans. So a system that answers as one human would
reaches the ceiling, however many humans judge a unit (docs/protocol.md, What the report must answer, 4).
"""

from dataclasses import dataclass

import numpy as np

from reports.stats.classification import f1_of
from reports.stats.crossing import RATERS, SHARE, SIGNED, Crossing, Sums, estimates
from reports.stats.estimate import Estimate
from reports.stats.ratings import Floats, Indices, Ratings

NO_CEILING = "No unit was judged by two humans, so nobody knows how well one human agrees with the others."


@dataclass(frozen=True, slots=True)
class AgainstOthers:
    """``system``: its F1. ``human``: that of one human. ``gap``: what the system lacks, in parts of the human's."""

    system: Estimate
    human: Estimate
    gap: Estimate


def human_ceiling(humans: Ratings, crossing: Crossing) -> Estimate:
    """F1 of one human against the others. ``humans`` says yes (1) or no (0); ``crossing`` has a row for each unit."""
    return against_others(humans, [np.zeros(humans.units)], crossing).human


def against_others(humans: Ratings, selected: list[Floats], crossing: Crossing) -> AgainstOthers:
    """``selected``: of each system, 1 or 0 for each unit, NaN where it did not speak. Their answers are pooled."""
    sums, n = _sums(humans, selected, crossing)
    if not n:
        nothing = Estimate.undefined(NO_CEILING)
        return AgainstOthers(nothing, nothing, nothing)
    return AgainstOthers(*estimates(sums, _figures, n=n, within=(SHARE, SHARE, SIGNED)))


def _sums(humans: Ratings, selected: list[Floats], crossing: Crossing) -> tuple[Sums, int]:
    """Over units that two humans judged and a system spoke about, once for each system; what they lose without a rater."""
    raters = np.bincount(humans.unit, minlength=humans.units)
    yes = np.bincount(humans.unit[humans.label == 1], minlength=humans.units)
    times = np.sum([np.isfinite(each) for each in selected], axis=0)
    spoken = np.nansum(selected, axis=0)
    chosen = np.flatnonzero((raters >= 2) & (times > 0))
    columns = _columns(yes[chosen], raters[chosen], spoken[chosen], times[chosen])
    rows = np.flatnonzero((raters[humans.unit] >= 2) & (times[humans.unit] > 0))
    lost = _by_rater(humans.rows(rows), yes, raters, spoken, times)
    return crossing.rows(chosen).sums(list(columns.T)).without_levels(RATERS, lost), len(chosen)


def _by_rater(rows: Ratings, yes: Indices, raters: Indices, spoken: Floats, times: Indices) -> Floats:
    """What the columns lose on average if another human of the unit stood in a rater's place: ``consensus.swings``."""
    unit = rows.unit
    of_units = (spoken[unit], times[unit])
    others_yes, others = yes[unit] - (rows.label == 1), raters[unit] - 1
    share = (others_yes / others)[:, None]
    lost = _columns(yes[unit], raters[unit], *of_units)
    lost = lost - share * _columns(others_yes + 1, raters[unit], *of_units)
    lost = lost - (1 - share) * _columns(others_yes, raters[unit], *of_units)
    table = np.stack([np.bincount(rows.rater, weights=column, minlength=rows.raters) for column in lost.T], axis=1)
    seen: Floats = table[np.bincount(rows.rater, minlength=rows.raters) > 0]
    return seen


def _columns(yes: Indices, raters: Indices, spoken: Floats, times: Indices) -> Floats:
    """Units x (the system's confusion, a human's), each pooled over the humans whose others are the reference.

    Who said yes faces one yes fewer. ``spoken`` of ``times`` systems selected the unit.
    """
    of_yes, of_no = 2 * (yes - 1) > raters - 1, 2 * yes > raters - 1
    no = raters - yes
    true = yes * of_yes + no * of_no
    system = [
        (times - spoken) * (raters - true),
        (times - spoken) * true,
        spoken * (raters - true),
        spoken * true,
    ]
    human = [no * ~of_no * times, no * of_no * times, yes * ~of_yes * times, yes * of_yes * times]
    return np.stack([*system, *human], axis=1).astype(np.float64)


def _figures(total: Floats) -> Floats:
    system, human = f1_of(total[..., :4]), f1_of(total[..., 4:])
    gap = np.divide(human - system, human, out=np.full(np.shape(human), np.nan), where=human > 0)
    return np.stack([system, human, gap], axis=-1)
