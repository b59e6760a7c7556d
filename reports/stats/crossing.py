"""Intervals over crossed samples: the subjects, prompts and raters of a study might have been others.

Every figure here is a function of sums. It is computed again without each subject, each prompt and each rater in turn;
how far it moves gives one variance for each of them (delete-one jackknife: Efron and Stein 1981, Annals of Statistics
9:586-596). Those of crossed samples are added, and what subjects and prompts have in common is taken off once (Cameron,
Gelbach and Miller 2011, Journal of Business and Economic Statistics 29:238-249). Raters' part is added whole, which errs
on the side of width. Degrees of freedom are Satterthwaite's (1946, Biometrics Bulletin 2:110-114).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf, isfinite, isnan, nan, sqrt
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy import special

from reports.stats.estimate import Estimate
from reports.stats.shares import wilson

type Floats = npt.NDArray[np.float64]
type Indices = npt.NDArray[np.int64]
type Function = Callable[[Floats], Any]
type Range = tuple[float, float]

SHARE: Range = (0.0, 1.0)
SIGNED: Range = (-1.0, 1.0)
POSITIVE: Range = (0.0, inf)
FREE: Range = (-inf, inf)

SUBJECTS, PROMPTS, RATERS = "subjects", "prompts", "raters"
FEWEST = {PROMPTS: 10, RATERS: 6}  # with fewer an interval leaves them out, and says so by what it is over
NOTHING = "Nothing has been judged yet."
UNDEFINED = "There is nothing to divide by: no such unit has been judged."
ALONE = "All of it is of one {}, so there is no interval."
FRAGILE = "Without a single one of the {} this figure would be undefined, so there is no interval."
NO_SPREAD = "Whatever is left out, the figure stays the same, so there is no interval."
_TINY = 1e-18


@dataclass(frozen=True, slots=True)
class Spread:
    """How far a figure moves with one factor: its variance, the levels there are, and those without which it is undefined."""

    variance: float
    levels: int
    failed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """``total``: sums over all rows, one for each column. ``parts``: by factor, what the total loses without a level.

    ``overlap``: the same for each cell of subjects and prompts. Only levels that have rows are in.
    """

    total: Floats
    parts: Mapping[str, Floats]
    overlap: Floats | None = None

    def without_levels(self, name: str, lost: Floats) -> "Sums":
        """With one more factor. ``lost``: levels x columns, where it is no plain sum of rows."""
        return Sums(self.total, {**self.parts, name: lost}, self.overlap)


@dataclass(frozen=True, eq=False)
class Crossing:
    """The level of each row (a unit or a judgment) in each factor, -1 where it has none. The first factor is always counted."""

    factors: Mapping[str, Indices]

    @classmethod
    def of(cls, subjects: Indices, prompts: Indices | None = None, raters: Indices | None = None) -> Self:
        given = {PROMPTS: prompts, RATERS: raters}
        crossed = {name: level for name, level in given.items() if level is not None and (level >= 0).any()}
        return cls({SUBJECTS: subjects, **crossed})

    def rows(self, chosen: npt.NDArray[Any]) -> "Crossing":
        return Crossing({name: level[chosen] for name, level in self.factors.items()})

    def and_raters(self, raters: Indices) -> "Crossing":
        return Crossing({**self.factors, RATERS: raters})

    def __len__(self) -> int:
        return len(next(iter(self.factors.values())))

    @cached_property
    def cell(self) -> Indices | None:
        """Which subject and prompt together, where both are crossed."""
        if SUBJECTS not in self.factors or PROMPTS not in self.factors:
            return None
        subject, prompt = self.factors[SUBJECTS], self.factors[PROMPTS]
        code = subject * (int(prompt.max(initial=-1)) + 2) + prompt + 1
        found: Indices = np.unique(code, return_inverse=True)[1].astype(np.int64)
        return found

    def sums(self, columns: Sequence[npt.ArrayLike]) -> Sums:
        """Of the columns, each with a number for every row."""
        given = [np.asarray(column, dtype=np.float64) for column in columns]
        parts = {name: _by_level(given, level) for name, level in self.factors.items()}
        overlap = None if self.cell is None else _by_level(given, self.cell)
        return Sums(np.array([column.sum() for column in given]), parts, overlap)


def estimate(sums: Sums, function: Function, *, n: int, within: Range, level: float = 0.95) -> Estimate:
    """One figure. ``function`` takes sums along the last axis."""
    return estimates(sums, lambda total: np.asarray(function(total))[..., None], n=n, within=[within], level=level)[0]


def estimates(
    sums: Sums, function: Function, *, n: int | Sequence[int], within: Sequence[Range], level: float = 0.95
) -> list[Estimate]:
    """Several figures of the same sums, along the last axis of what ``function`` returns; NaN is undefined."""
    values = np.asarray(function(sums.total), dtype=np.float64)
    counted = [n] * len(values) if isinstance(n, int) else n
    first = next(iter(sums.parts), SUBJECTS)
    if not sums.parts or not len(sums.parts[first]):
        return [Estimate.undefined(NOTHING) for _ in values]
    moved = {name: function(sums.total - lost) for name, lost in sums.parts.items()}
    overlap = None if sums.overlap is None else function(sums.total - sums.overlap)
    return [
        with_interval(
            float(value),
            {name: spread_of(each[..., place]) for name, each in moved.items()},
            overlap=nan if overlap is None else spread_of(overlap[..., place]).variance,
            n=counted[place],
            within=within[place],
            level=level,
        )
        for place, value in enumerate(values)
    ]


def spread_of(moved: Floats) -> Spread:
    """Of a figure computed without each level in turn."""
    levels, failed = len(moved), int(np.isnan(moved).sum())
    if levels < 2:
        return Spread(nan, levels)
    if failed:
        return Spread(nan, levels, failed)
    return Spread(float((levels - 1) / levels * np.square(moved - moved.mean()).sum()), levels)


def linear_spread(part: Floats, levels: Sequence[Indices]) -> Spread:
    """Of a figure that moves by the sum of the parts of a level's rows; a row may belong to a level in each of several ways."""
    size = max((int(each.max(initial=-1)) for each in levels), default=-1) + 1
    has = [each >= 0 for each in levels]
    moved = np.sum(
        [np.bincount(each[of], weights=part[of], minlength=size) for each, of in zip(levels, has, strict=True)], axis=0
    )
    seen = np.sum([np.bincount(each[of], minlength=size) for each, of in zip(levels, has, strict=True)], axis=0) > 0
    many = int(seen.sum())
    if many < 2:
        return Spread(nan, many)
    return Spread(float(many / (many - 1) * np.square(moved).sum()), many)


def with_interval(
    value: float,
    spreads: Mapping[str, Spread],
    *,
    n: int,
    within: Range,
    overlap: float = nan,
    level: float = 0.95,
) -> Estimate:
    """A value with the interval that its spreads give; ``overlap``: the variance that subjects and prompts share.

    The first factor is always counted, the others from as many levels on as ``FEWEST`` says.
    """
    if isnan(value):
        return Estimate.undefined(UNDEFINED, n)
    first = next(iter(spreads))
    clusters = spreads[first].levels
    spreads = {name: each for name, each in spreads.items() if name == first or each.levels >= FEWEST[name]}
    overlap = overlap if PROMPTS in spreads else nan
    failed = sum(spread.failed for spread in spreads.values())
    why = _why_none(spreads)
    if why:
        return Estimate(value=value, n=n, clusters=clusters, failed=failed, no_interval=why)
    variance, degrees = _together(spreads, overlap)
    reach = float(special.stdtrit(degrees, (1 + level) / 2))
    ends = _ends(value, variance, reach, min(spread.levels for spread in spreads.values()), within)
    if ends is None:
        return Estimate(value=value, n=n, clusters=clusters, no_interval=NO_SPREAD)
    return Estimate(
        value=value, n=n, low=ends[0], high=ends[1], level=level, clusters=clusters, over=_joined(list(spreads))
    )


def _why_none(spreads: Mapping[str, Spread]) -> str:
    for name, spread in spreads.items():
        if spread.levels < 2:
            return ALONE.format(name.removesuffix("s"))
        if spread.failed:
            return FRAGILE.format(name)
    return ""


def _together(spreads: Mapping[str, Spread], overlap: float) -> tuple[float, float]:
    """The variance of all factors together, and its degrees of freedom."""
    each = [spread.variance for spread in spreads.values()]
    total = sum(each)
    below = sum(spread.variance**2 / (spread.levels - 1) for spread in spreads.values())
    degrees = total**2 / below if below > _TINY**2 else min(spread.levels for spread in spreads.values()) - 1
    if not isnan(overlap):
        total = max(total - overlap, *each)
    return total, max(degrees, 1.0)


def _ends(value: float, variance: float, reach: float, levels: int, within: Range) -> tuple[float, float] | None:
    lowest, highest = within
    if variance < _TINY or (within == SHARE and not 0 < value < 1):
        if not (isfinite(lowest) and isfinite(highest)):
            return None
        # Nothing moves it: then of so many levels none differs, and Wilson's interval says how many of others may.
        rest = reach**2 / (levels + reach**2)
        return value - rest * (value - lowest), value + rest * (highest - value)
    if within == SHARE:
        return wilson(value, value * (1 - value) / variance, reach)
    half = reach * sqrt(variance)
    return max(value - half, min(lowest, value)), min(value + half, max(highest, value))


def _by_level(columns: list[Floats], level: Indices) -> Floats:
    """Levels x columns; rows without a level belong to none."""
    has = level >= 0
    given = level if has.all() else level[has]
    size = int(given.max(initial=-1)) + 1
    table = np.stack(
        [np.bincount(given, weights=column if has.all() else column[has], minlength=size) for column in columns], axis=1
    )
    return _present(table)


def _present(table: Floats) -> Floats:
    kept: Floats = table[table.any(axis=1)]
    return kept


def _joined(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
