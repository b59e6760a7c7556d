"""The cheapest study that would settle the question: more subjects, more raters, more prompts, or some of each.

How likely one of a size is to settle it is said by ``assurance``. A subject who is added is asked as many prompts as the others; with more
prompts each subject is asked more in proportion; each comparison keeps its number of ratings, so that more raters rate fewer each.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np
import numpy.typing as npt

from reports.stats.assurance import Forecast, Sizes, Truths, truths_of
from reports.stats.crossed import CrossedFactors
from reports.stats.endpoint import Judged

type Floats = npt.NDArray[np.float64]
type Size = tuple[int, int, int]  # subjects, raters, prompts, in all
type Cost = tuple[float, ...]

WANTED_CHANCE = 0.8
LEVERS = ("subjects", "raters", "prompts")
SUBJECTS, RATERS, PROMPTS = range(3)
TIMES = (1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0)
MOST_TIMES = (24.0, 24.0, 8.0)  # as many as now
RATINGS_EACH = 10  # a rater who comes for fewer is not worth the guidelines
TRUTHS, STUDIES_EACH = 1500, 10  # to look for a size
STUDIES_SHOWN = 60  # of each truth, for the range
STUDIES_OF_ONE = 4000  # of a single truth: right to a hundredth
TENTHS = (0.1, 0.9)


@dataclass(frozen=True, slots=True)
class Now:
    """What has been judged so far."""

    subjects: int
    raters: int
    prompts: int
    comparisons: int
    ratings: int

    @property
    def size(self) -> Size:
        return self.subjects, self.raters, self.prompts


@dataclass(frozen=True, slots=True)
class More:
    """What a size adds to what there is."""

    comparisons: float
    ratings: float
    raters: float


@dataclass(frozen=True, slots=True)
class Chance:
    """Of a verdict, 0..1: the mean over all truths, and what it is below (above) in a tenth of them."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Planner:
    """``margin``: the smallest meaningful difference. ``truths``: what may be so, as far as the data leave it open.

    ``price``: of what is added, in money. ``at_once``: so many verdicts hold together.
    """

    now: Now
    sizes: Sizes
    truths: Truths
    margin: float
    price: Callable[[More], float]
    seed: int
    at_once: int = 1

    @cached_property
    def _search(self) -> Forecast:
        return Forecast(self.truths, self.margin, studies=STUDIES_EACH, seed=self.seed, at_once=self.at_once)

    @cached_property
    def _shown(self) -> Forecast:
        return Forecast(self.truths, self.margin, studies=STUDIES_SHOWN, seed=self.seed, at_once=self.at_once)

    def of(self, size: Size) -> Sizes:
        times = (wanted / there for wanted, there in zip(size, self.now.size, strict=True))
        return self.sizes.grown(**dict(zip(LEVERS, times, strict=True)))

    def chance(self, size: Size) -> Chance:
        chances = self._shown.chances(self.of(size))
        low, high = np.quantile(chances, TENTHS)
        return Chance(float(chances.mean()), float(low), float(high))

    def rough_chance(self, size: Size) -> float:
        return self._search.chance(self.of(size))

    def more(self, size: Size) -> More:
        subjects, raters, prompts = size
        work = subjects / self.now.subjects * prompts / self.now.prompts - 1
        return More(self.now.comparisons * work, self.now.ratings * work, raters - self.now.raters)

    def most(self, size: Size, lever: int) -> int:
        """So many of one, the others as in ``size``. Raters have something to do each."""
        there = self.now.size[lever]
        most = int(there * MOST_TIMES[lever])
        if lever != RATERS:
            return most
        return max(there, min(most, int(self.now.ratings + self.more(size).ratings) // RATINGS_EACH))

    @property
    def largest(self) -> Size:
        subjects, prompts = self.most(self.now.size, SUBJECTS), self.most(self.now.size, PROMPTS)
        return subjects, self.most((subjects, self.now.raters, prompts), RATERS), prompts

    def enough(self, size: Size, lever: int) -> Size | None:
        """The same with the fewest of one that settle it, from those there are on."""

        def settles(count: int) -> bool:
            return self.rough_chance(changed(size, lever, count)) >= WANTED_CHANCE

        found = smallest(settles, self.now.size[lever], self.most(size, lever))
        return None if found is None else changed(size, lever, found)

    def cheapest(self) -> Size | None:
        """Of all that settle it, by money, then by work, then by people to find and prompts to write. None if not even the largest does."""
        best: Size | None = None
        for prompts, raters in product(self.counts(PROMPTS), self.counts(RATERS)):
            start = (self.now.subjects, raters, prompts)
            if best is not None and self._cost(start) >= self._cost(best):
                continue
            found = self.enough(start, SUBJECTS)
            if found and raters <= self.most(found, RATERS) and (best is None or self._cost(found) < self._cost(best)):
                best = found
        return best and self._trimmed(best)

    def _cost(self, size: Size) -> Cost:
        more = self.more(size)
        return (self.price(more), more.ratings, *size[RATERS:])

    def _trimmed(self, size: Size) -> Size:
        """Prompts and raters were tried at steps: no more of them than it takes."""
        for lever in (PROMPTS, RATERS, SUBJECTS):
            size = self.enough(size, lever) or size
        return size

    def counts(self, lever: int) -> list[int]:
        """From what there is to the most, in steps."""
        return [math.ceil(self.now.size[lever] * times) for times in TIMES if times <= MOST_TIMES[lever]]


def planner_of(
    judged: Judged,
    crossing: CrossedFactors,
    *,
    margin: float,
    price: Callable[[More], float],
    seed: int,
    at_once: int = 1,
) -> Planner:
    """``crossing``: of what was judged."""
    chance = np.random.default_rng([seed, TRUTHS])
    return Planner(
        now=now_of(judged),
        sizes=Sizes.of(crossing, nested=_nested(judged)),
        truths=truths_of(crossing, judged.value, draws=TRUTHS, chance=chance),
        margin=margin,
        price=price,
        seed=seed,
        at_once=at_once,
    )


def now_of(judged: Judged) -> Now:
    """Of what was rated: nobody was asked about a silent comparison."""
    rated = judged.rater >= 0
    subjects, raters, prompts, comparisons = (
        len(np.unique(each[rated])) for each in (judged.subject, judged.rater, judged.prompt, judged.comparison)
    )
    return Now(subjects, raters, prompts, comparisons, ratings=int(rated.sum()))


def _nested(judged: Judged) -> bool:
    """Whether no prompt was asked for two subjects."""
    pairs = np.unique(np.stack([judged.prompt, judged.subject]), axis=1)
    return bool(len(np.unique(pairs[0])) == pairs.shape[1])


def changed(size: Size, lever: int, count: int) -> Size:
    found: Sequence[int] = [count if place == lever else there for place, there in enumerate(size)]
    return found[0], found[1], found[2]


def smallest(settles: Callable[[int], bool], fewest: int, most: int) -> int | None:
    """The first whole number from ``fewest`` to ``most`` that does, if each after it does too; None where not even ``most`` does."""
    if not settles(most):
        return None
    low, high = fewest, most
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if settles(middle) else (middle + 1, high)
    return low


def raters_needed(deviations: npt.ArrayLike, sizes: Sizes, margin: float, *, fewest: int, most: int) -> int | None:
    """With whom a study of truly equal responses is likely enough to say so; None where ``most`` do not do.

    ``deviations``: of one level of each factor of ``assurance``, in points. ``sizes``: of all the rest.
    """
    forecast = Forecast(Truths.one(0.0, deviations), margin, studies=STUDIES_OF_ONE, seed=0)
    return smallest(lambda raters: forecast.chance(sizes.of_raters(raters)) >= WANTED_CHANCE, fewest, most)
