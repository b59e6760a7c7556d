"""How likely a study of a given size settles the question, by what is known so far and how well it is known.

Assurance (O'Hagan, Stevens and Campbell (2005), Pharmaceutical Statistics 4:187-201): the chance of a verdict, averaged over what the
truth may be. The truth is drawn as the data leave it open (``truths_of``): each sum of squares of the method of moments is
divided by a chi-squared of its degrees of freedom, which gives the variances (generalized inference: Weerahandi (1993), Journal of the
American Statistical Association 88:899-905), and the effect lies around the estimate as they say; so its own
distribution is close to Student's. A study of given size then has a variance by formula, an estimate, mean squares of its
own, and the intervals of ``crossed``; no label is drawn.
"""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy import special

from reports.stats.crossed import CrossedFactors, equivalence_reach, reach
from reports.stats.decision import is_better, is_same, is_worse
from reports.stats.endpoint import of_several

type Floats = npt.NDArray[np.float64]

FACTORS = ("subject", "prompt", "rater", "comparison", "rating")
# Of a contrast of two arms: what grows with the same people or work is one.
ALIKE = {"rater of both arms": "rater", "case": "comparison", "case of both arms": "comparison"}
SAMPLES = 3  # the first of them have mean squares worth doubting; of the others there are always many
_DEGREES = np.geomspace(1.0, 1e5, 400)


@dataclass(frozen=True, slots=True, eq=False)
class Truths:
    """What may be so: ``effect`` in points, ``variances`` of one level of each of ``FACTORS`` (truths x factors), in squared points."""

    effect: Floats
    variances: Floats

    @classmethod
    def one(cls, effect: float, deviations: npt.ArrayLike) -> Self:
        return cls(np.array([effect]), np.square(np.atleast_2d(np.asarray(deviations, dtype=np.float64))))


def truths_of(crossing: CrossedFactors, values: Floats, *, draws: int, chance: np.random.Generator) -> Truths:
    """Drawn as far apart as the data leave it open."""
    squares = crossing.squares(values[:, None])[:, 0]
    drawn = _squares_like(squares, crossing, crossing.components(squares), draws, chance)
    found = np.array([crossing.components(each) for each in drawn])
    error = np.sqrt(found @ crossing.parts)
    effect = float(crossing.weights @ values) + error * chance.normal(size=draws)
    return Truths(effect, variances_of(crossing, found))


def variances_of(crossing: CrossedFactors, components: Floats) -> Floats:
    """Truths x ``FACTORS``, in squared points: what ``Sizes.of`` such levels would have to vary by to make the mean vary as it does.

    ``components``: truths x the factors of the design. Of one arm the variances are the components.
    """
    sizes = Sizes.of(crossing, nested=False).levels
    variances = np.zeros((len(components), len(FACTORS)))
    for name, part, found in zip(crossing.names, crossing.parts, components.T, strict=True):
        place = _place(name)
        variances[:, place] += part * sizes[place] * found
    return variances


def _place(name: str) -> int:
    return FACTORS.index(ALIKE.get(name, name))


def _squares_like(
    squares: Floats, crossing: CrossedFactors, components: Floats, draws: int, chance: np.random.Generator
) -> Floats:
    """Each divided by a chi-squared over its degrees of freedom, correlated as sums of squares of one design are."""
    spread = crossing.spread_of_squares(components)
    deviation = np.sqrt(np.diag(spread))
    doubted = deviation > 0
    degrees = 2 * np.square((crossing.expected @ components)[doubted] / deviation[doubted])
    correlation = spread[np.ix_(doubted, doubted)] / np.outer(deviation[doubted], deviation[doubted])
    normal = chance.multivariate_normal(np.zeros(int(doubted.sum())), correlation, size=draws, method="eigh")
    found = np.tile(squares, (draws, 1))
    found[:, doubted] *= degrees / special.chdtri(degrees, special.ndtr(normal))
    return found


@dataclass(frozen=True, slots=True)
class Sizes:
    """Of each factor, how many levels of equal weight would carry the mean as its levels do: 1 over the sum of their squared weights.

    ``nested``: each prompt is one subject's own, so that more subjects bring more prompts.
    """

    subject: float
    prompt: float
    rater: float
    comparison: float
    rating: float
    nested: bool = False

    @classmethod
    def of(cls, crossing: CrossedFactors, *, nested: bool) -> Self:
        """Of what the design can't tell apart, the second has no variance and any number does. The first of what is alike tells."""
        every, found = float(crossing.size.sum()) ** 2, dict.fromkeys(FACTORS, np.inf)
        for name, part in reversed(list(zip(crossing.names, crossing.parts.tolist(), strict=True))):
            if part:
                found[FACTORS[_place(name)]] = every / part
        return cls(**found, nested=nested)

    def grown(self, *, subjects: float = 1.0, raters: float = 1.0, prompts: float = 1.0) -> Self:
        """So many times as many of each. A subject is asked as many more prompts as there are more; each comparison has as many raters as before."""
        work = subjects * prompts
        return type(self)(
            self.subject * subjects,
            self.prompt * (work if self.nested else prompts),
            self.rater * raters,
            self.comparison * work,
            self.rating * work,
            self.nested,
        )

    def of_raters(self, raters: float) -> Self:
        """With so many raters, whoever there are now."""
        return replace(self, rater=raters)

    @property
    def levels(self) -> Floats:
        return np.array([getattr(self, name) for name in FACTORS])


class Forecast:
    """``chances`` of any size on the same draws, so that two sizes differ by size alone.

    ``studies``: of each truth. ``margin``: the smallest meaningful difference. ``at_once``: so many verdicts hold together.
    """

    def __init__(self, truths: Truths, margin: float, *, studies: int, seed: int, at_once: int = 1) -> None:
        self.truths, self.margin = truths, margin
        self._reach = reach(_DEGREES, of_several(0.95, at_once))
        self._reach_90 = equivalence_reach(_DEGREES, of_several(0.90, at_once))
        chance = np.random.default_rng([seed, studies])
        shape = (len(truths.effect), studies)
        self._estimate = chance.normal(size=shape)
        self._squares = chance.normal(size=(SAMPLES, *shape))

    def chance(self, sizes: Sizes) -> float:
        """How often a study of this size would reach a verdict, 0..1."""
        return float(self.chances(sizes).mean())

    def chances(self, sizes: Sizes) -> Floats:
        """The same of each truth."""
        found = self.truths.variances / sizes.levels
        rest = found[:, SAMPLES:].sum(axis=1)[:, None]
        estimate = self.truths.effect[:, None] + np.sqrt(found.sum(axis=1))[:, None] * self._estimate
        degrees_of = np.maximum(sizes.levels[:SAMPLES] - 1, 1.0)
        squares = (found[:, :SAMPLES].T[:, :, None] + rest) * _chi_squared(degrees_of, self._squares)
        variance = np.maximum(squares - rest, 0).sum(axis=0) + rest
        degrees = np.square(variance) / (np.square(squares) / degrees_of[:, None, None]).sum(axis=0)
        return self._settled(estimate, np.sqrt(variance), np.log(np.maximum(degrees, 1.0))).mean(axis=1)

    def _settled(self, estimate: Floats, error: Floats, degrees: Floats) -> npt.NDArray[np.bool_]:
        """``degrees`` as logarithms: quantiles are looked up, as to compute each would take seconds."""
        wide, narrow = (error * np.interp(degrees, np.log(_DEGREES), table) for table in (self._reach, self._reach_90))
        better = is_better(estimate, estimate - wide, self.margin)
        worse = is_worse(estimate, estimate + wide, self.margin)
        settled: npt.NDArray[np.bool_] = better | worse | is_same(estimate - narrow, estimate + narrow, self.margin)
        return settled


def half_width(deviation: float, levels: int, level: float = 0.90) -> float:
    """How far the interval of a claim of no difference reaches to each side, if nothing but so many levels lay apart. In points."""
    reaches: float = equivalence_reach(levels - 1, level)
    return float(reaches * deviation / np.sqrt(levels))


def _chi_squared(degrees: Floats, normal: Floats) -> Floats:
    """Over its degrees of freedom, from a normal value: Wilson and Hilferty (1931), PNAS 17:684-688."""
    each = 2 / (9 * degrees[:, None, None])
    found: Floats = np.maximum(1 - each + normal * np.sqrt(each), 0) ** 3
    return found
