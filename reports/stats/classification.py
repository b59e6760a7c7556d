"""Each rater against the consensus, as one who has to find the units that deserve ``positive`` (stage 2: yes).

Model raters, baselines and panels are compared with the humans' consensus. A human is compared with the consensus of
the *other* humans of each unit, formed by the same rule, since with oneself anybody agrees.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from reports.stats.consensus import ConsensusLabels
from reports.stats.crossing import POSITIVE, RATERS, SHARE, SIGNED, Crossing, Sums, estimate, estimates
from reports.stats.estimate import Estimate
from reports.stats.ratings import Flags, Floats, Indices, Ratings

NO_REFERENCE = "This rater has judged no unit that has a consensus to compare with."
NEVER_SAID = "This rater never said yes, so there is nothing to be precise about."
NEVER_TRUE = "The consensus never says yes on these units."
ALWAYS_TRUE = "The consensus says yes to all of these units."
NEITHER = "Neither this rater nor the consensus ever says yes on these units."
ONE_ANSWER = "This rater or the consensus gives one answer only on these units."
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
    balanced_accuracy: Estimate
    mcc: Estimate
    left_out: bool  # compared with the other humans

    @classmethod
    def of(cls, yes_rate: Estimate, against: list[Estimate], *, left_out: bool) -> "Scores":
        """``against`` the reference: the figures after the yes-rate, in their order."""
        return cls(**dict(zip(cls.__slots__, [yes_rate, *against], strict=False)), left_out=left_out)

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


@dataclass(frozen=True, slots=True, eq=False)
class Swings:
    """Row i: how far the consensus on ``unit`` would lose its yes with another rater in the place of ``rater``."""

    unit: Indices
    rater: Indices
    raters: int
    lost: Floats

    def of_raters(self, said: Floats) -> Floats:
        """Human raters x the four of a confusion: what each loses without one of them. ``said`` of each unit, NaN where it is not judged."""
        given = said[self.unit]
        rows = np.isfinite(given)
        rater, yes, lost = self.rater[rows], given[rows], self.lost[rows]
        columns = (-(1 - yes) * lost, (1 - yes) * lost, -yes * lost, yes * lost)
        table = np.stack([np.bincount(rater, weights=column, minlength=self.raters) for column in columns], axis=1)
        seen: Floats = table[np.bincount(rater, minlength=self.raters) > 0]
        return seen


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


def flipped(compared: Compared) -> Compared:
    """The same with yes for no: who has to find what does not deserve ``positive``."""
    return replace(compared, said=~compared.said, true=~compared.true)


def score_raters(
    ratings: Ratings, compared: Compared, crossing: Crossing, swings: Swings | None = None, *, said: Flags
) -> list[Scores]:
    """The scores of every rater, in the order of their indices. ``said``: whether each of ``ratings`` is a yes.

    ``crossing`` has a row for each unit. With ``swings`` the intervals of those who are compared with the consensus
    count that its raters might have been others.
    """
    judged = _rows_of_raters(ratings)
    with_reference = _rows_of_raters(compared.ratings)
    return [
        _scored(
            (ratings.unit[all_rows], said[all_rows]),
            (compared.ratings.unit[rows], compared.said[rows], compared.true[rows]),
            crossing,
            None if left_out else swings,
            left_out=bool(left_out),
        )
        for all_rows, rows, left_out in zip(judged, with_reference, compared.left_out, strict=True)
    ]


def score_selection(said: Floats, true: Flags, crossing: Crossing, swings: Swings | None = None) -> Scores:
    """Of whoever says yes (1) or no (0) to units, NaN where nothing is said, against ``true`` of each unit."""
    unit = np.flatnonzero(np.isfinite(said))
    yes = said[unit] == 1
    return _scored((unit, yes), (unit, yes, true[unit]), crossing, swings, left_out=False)


def confusion_columns(said: Flags, true: Flags) -> list[Flags]:
    """True negative, false negative, false positive, true positive: in the order of the constants."""
    return [~said & ~true, ~said & true, said & ~true, said & true]


def f1_of(confusion: npt.ArrayLike) -> Floats:
    """F1 along the last axis of confusions; NaN where undefined."""
    table = np.asarray(confusion, dtype=np.float64)
    twice = 2 * table[..., TRUE_POSITIVE]
    return _divided(twice, twice + table[..., FALSE_POSITIVE] + table[..., FALSE_NEGATIVE])


def _scored(
    judged: tuple[Indices, Flags],
    referred: tuple[Indices, Flags, Flags],
    crossing: Crossing,
    swings: Swings | None,
    *,
    left_out: bool,
) -> Scores:
    yes_rate = _share(*judged, crossing)
    unit, said, true = referred
    if not len(unit):
        nothing = Estimate.undefined(NO_REFERENCE)
        return Scores.of(yes_rate, [nothing] * len(_RANGES), left_out=left_out)
    sums = crossing.rows(unit).sums(confusion_columns(said, true))
    if swings is not None:
        of_units = np.full(len(crossing), np.nan)
        of_units[unit] = said
        sums = sums.without_levels(RATERS, swings.of_raters(of_units))
    return Scores.of(yes_rate, _figures(sums, len(unit)), left_out=left_out)


def _share(unit: Indices, said: Flags, crossing: Crossing) -> Estimate:
    sums = crossing.rows(unit).sums([said, np.ones(len(unit))])
    return estimate(sums, lambda total: _divided(total[..., 0], total[..., 1]), n=len(unit), within=SHARE)


def _figures(sums: Sums, n: int) -> list[Estimate]:
    said, true = _said(sums.total), _true(sums.total)
    reasons = (
        NO_REFERENCE,
        NO_REFERENCE,
        NEVER_TRUE,
        NEVER_SAID,
        NEVER_TRUE,
        NEITHER,
        NO_REFERENCE,
        NEVER_TRUE if not true else ALWAYS_TRUE,
        ONE_ANSWER if said or true else NEITHER,
    )
    found = estimates(sums, _all_figures, n=n, within=_RANGES)
    return [
        figure if figure.value is not None else Estimate.undefined(reason, n)
        for figure, reason in zip(found, reasons, strict=True)
    ]


_RANGES = (SHARE, SIGNED, POSITIVE, SHARE, SHARE, SHARE, SHARE, SHARE, SIGNED)  # of the figures, in their order


def _all_figures(confusion: Floats) -> Floats:
    """Along the last axis; the Matthews correlation is that of yes with yes (Matthews 1975)."""
    negative, missed, wrong, hits = np.moveaxis(confusion, -1, 0)
    said, true, units = wrong + hits, missed + hits, confusion.sum(axis=-1)
    recall, kept = _divided(hits, true), _divided(negative, negative + wrong)
    sides = np.sqrt(said * true * (negative + wrong) * (negative + missed))
    return np.stack(
        [
            _divided(true, units),
            _divided(said - true, units),
            _divided(said, true),
            _divided(hits, said),
            recall,
            f1_of(confusion),
            _divided(negative + hits, units),
            (recall + kept) / 2,
            _divided(negative * hits - wrong * missed, sides),
        ],
        axis=-1,
    )


def _said(total: Floats) -> float:
    return float(total[FALSE_POSITIVE] + total[TRUE_POSITIVE])


def _true(total: Floats) -> float:
    return float(total[FALSE_NEGATIVE] + total[TRUE_POSITIVE])


def _divided(above: Floats, below: Floats) -> Floats:
    shares: Floats = np.divide(above, below, out=np.full(np.shape(below), np.nan), where=np.asarray(below) > 1e-9)
    return shares


def _rows_of_raters(ratings: Ratings) -> Iterator[Indices]:
    order = np.argsort(ratings.rater, kind="stable")
    ends = np.searchsorted(ratings.rater[order], np.arange(1, ratings.raters))
    return iter(np.split(order, ends))
