"""The interval of a weighted mean over several crossed samples at once: other subjects, other raters, other prompts.

Model: value = mean of its arm + an effect of each of its levels (its subject, prompt, rater, ..), all random and independent, each
factor with a variance of its own. Nothing is asked of the pattern: who judged what may have any gaps, and factors may be
nested. Sums of squares of weighted residuals are set equal to what they are expected to be, which is linear in the
variances (method of moments: Searle, Casella and McCulloch (1992), Variance Components, chapters 5 and 11; for large
crossed designs Gao and Owen (2017), Electronic Journal of Statistics 11:1235-1296). Where a variance would come out
negative, the nearest solution without negative ones is taken (least squares by relative errors).
The variance of the mean is a sum of the variances, and its degrees of freedom are
Satterthwaite's (1946), Biometrics Bulletin 2:110-114, from the exact covariances of the sums of squares under normality.

How well it holds: benchmarks/verdict_simulation.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import optimize, sparse, special

from reports.stats.estimate import Estimate

type Floats = npt.NDArray[np.float64]
type Indices = npt.NDArray[np.int64]
type Table = Any  # scipy.sparse, values x levels or levels x values

NO_VALUES = "Nothing has been judged yet."
NO_VARIANCE = "All ratings are equal, so nothing tells how far others would be from them."
TOO_FEW = "An interval for other {name}s needs at least {fewest} {name}s; there {are} {count}."
# The sums of squares of a factor of more levels than this are taken as exact in the degrees of freedom: their own error
# is small beside that of the others, and its computation grows with the square of the levels.
MANY = 300
SMALLEST = 1e-10  # of a share: below, it is rounding
# Of effects that the claim of no difference still holds for. That of an exponential distribution is 2, of which the mean of
# all effects together has less; chosen by the simulation.
SKEWNESS = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Factor:
    """``level`` of each value, -1 where it has none (a tie that nobody judged has no rater).

    ``loading``: 1 or -1, how a value takes its level's effect; 1 unless said. Between two arms the arm's sign makes
    the level's effect a difference of the arms, and leaves out what the level adds to both.
    """

    name: str
    level: Indices
    loading: Floats | None = None

    def table(self) -> Table:
        """Values x levels."""
        rows = np.flatnonzero(self.level >= 0)
        codes, columns = np.unique(self.level[rows], return_inverse=True)
        loading = np.ones(len(rows)) if self.loading is None else self.loading[rows]
        return sparse.csr_matrix((loading, (rows, columns)), shape=(len(self.level), len(codes)))


def reach(degrees: Floats | float, level: float) -> Any:
    """Of an interval, in standard errors to each side: Student's."""
    return special.stdtrit(degrees, (1 + level) / 2)


def equivalence_reach(degrees: Floats | float, level: float) -> Any:
    """The same for the claim of no difference.

    Where few raters carry the mean and their effects are skewed, Student's interval errs at one end twice as often. So both
    ends lie further out, by what Johnson (1978), Journal of the American Statistical Association 73:536-544, corrects
    for a skewness of ``SKEWNESS``; with many degrees of freedom that is nothing.
    """
    student = reach(degrees, level)
    return student + SKEWNESS / np.sqrt(degrees) * (1 + 2 * student**2) / 6


@dataclass(frozen=True, slots=True)
class CrossedMean:
    """``estimate`` is the weighted mean, None where there is none; ``reason`` says why it has no interval.

    ``components``: the variance of one level of each factor, in squared points; factors that coincide have one together,
    under the first's name. ``levels``: how many of each were seen. ``n``: values. ``over`` names the samples in words.
    """

    estimate: float | None
    variance: float
    degrees: float
    components: Mapping[str, float]
    levels: Mapping[str, int]
    n: int
    reason: str = ""
    over: str = ""

    def interval(self, level: float = 0.95) -> Estimate:
        """For "better" and "worse", and to look at."""
        return self._around(level, float(reach(self.degrees, level)))

    def equivalence(self, level: float = 0.90) -> Estimate:
        """For the claim that a difference is too small to matter: neither end may err more often than it says."""
        return self._around(level, float(equivalence_reach(self.degrees, level)))

    def _around(self, level: float, errors: float) -> Estimate:
        if self.estimate is None:
            return Estimate.undefined(self.reason, self.n)
        if self.reason:
            return Estimate(self.estimate, self.n, no_interval=self.reason)
        low, high = (self.estimate + sign * errors * self.variance**0.5 for sign in (-1, 1))
        return Estimate(self.estimate, self.n, low, high, level, self.levels.get("subject"), over=self.over)


class CrossedFactors:
    """Who judged what, and what each value weighs: all that an interval needs but the values.

    ``weights``: of one arm, adding up to 1; of a contrast, those of the second arm negative. ``arm`` of each value, where
    the signs do not tell (three arms). The residual is a factor like the others: a level for each value that has a
    rater's chance in it. ``over`` names the samples in words.
    """

    def __init__(
        self, weights: Floats, factors: Sequence[Factor], *, arm: Indices | None = None, over: str = ""
    ) -> None:
        self.weights = weights
        self.over = over
        self.size: Floats = np.abs(weights)
        self.levels = {factor.name: len(np.unique(factor.level[factor.level >= 0])) for factor in factors}
        self.names, self.tables = _distinct(factors)
        arm_of = np.sign(weights) if arm is None else arm
        arms = (arm_of[:, None] == np.unique(arm_of[weights != 0])).astype(np.float64)
        self._arms = sparse.csr_matrix(arms)
        self._shares = sparse.csr_matrix(arms * self.size[:, None] / (arms.T @ self.size))
        self._weighted = [table.multiply(self.size[:, None]).T.tocsr() for table in self.tables]

    def mean(self, values: Floats, *, fewest: Mapping[str, int] | None = None) -> CrossedMean:
        """``fewest``: so many levels of a factor, by its name, are needed for an interval."""
        return self.means(values[:, None], fewest=fewest)[0]

    def means(self, values: Floats, *, fewest: Mapping[str, int] | None = None) -> list[CrossedMean]:
        """Of several studies with who judged what in common: values x studies."""
        found = [
            CrossedMean(estimate, 0.0, 1.0, {}, self.levels, len(values), over=self.over)
            for estimate in (self.weights @ values).tolist()
        ]
        if not len(values):
            return [replace(each, estimate=None, reason=NO_VALUES) for each in found]
        reason = self._too_few(fewest or {})
        if reason:
            return [replace(each, reason=reason) for each in found]
        varied = np.ptp(values, axis=0) > 0
        return [
            self._varied(each, squares) if varies else replace(each, reason=NO_VARIANCE)
            for each, squares, varies in zip(found, self.squares(values).T, varied, strict=True)
        ]

    def _varied(self, found: CrossedMean, squares: Floats) -> CrossedMean:
        components = self.components(squares)
        variance, spread = float(self.parts @ components), float(components @ self._spread @ components)
        degrees = max(1.0, 2 * variance**2 / spread) if spread > 0 else np.inf
        named = dict(zip(self.names, components.tolist(), strict=True))
        return replace(found, variance=variance, degrees=degrees, components=named)

    def _too_few(self, fewest: Mapping[str, int]) -> str:
        for name, needed in fewest.items():
            count = self.levels[name]
            if count < needed:
                return TOO_FEW.format(name=name, fewest=needed, count=count, are="is" if count == 1 else "are")
        return ""

    def squares(self, values: Floats) -> Floats:
        """Factors x studies: the sum over a factor's levels of the squared sums of weighted residuals."""
        residuals = values - self._arms @ (self._shares.T @ values)
        return np.stack([np.square(weighted @ residuals).sum(axis=0) for weighted in self._weighted])

    def components(self, squares: Floats) -> Floats:
        """The variances of one study, none of them negative."""
        found: Floats = self._inverse @ squares
        if (found >= 0).all():
            return found
        relative = 1 / np.maximum(squares, SMALLEST * squares.max())
        nearest: Floats = optimize.nnls(self.expected * relative[:, None], squares * relative)[0]
        return nearest

    @cached_property
    def parts(self) -> Floats:
        """How much of each variance is in the mean's."""
        return np.array([np.square(table.T @ self.weights).sum() for table in self.tables])

    @cached_property
    def expected(self) -> Floats:
        """Factors x factors: what a variance of 1 of the second adds to the first's sum of squares.

        That is the squared norm of (what each level of the second adds to each level's sum of the first).
        """
        size = len(self.tables)
        cells = self._cells.tocoo()
        crossed = (np.concatenate(self._totals)[cells.row] * np.concatenate(self._of_arms)[cells.col]).sum(axis=1)
        factor = np.repeat(np.arange(size), self._counts)
        place = factor[cells.row] * size + factor[cells.col]
        found = np.bincount(place, weights=cells.data**2 - 2 * cells.data * crossed, minlength=size**2)
        within = [
            (totals.T @ totals, shares.T @ shares) for totals, shares in zip(self._totals, self._of_arms, strict=True)
        ]
        centred = np.array([[(totals * shares).sum() for _, shares in within] for totals, _ in within])
        return np.asarray(found.reshape(size, size) + centred)

    @cached_property
    def _counts(self) -> list[int]:
        """How many levels each factor has."""
        return [table.shape[1] for table in self.tables]

    @cached_property
    def _cells(self) -> Table:
        """Levels x levels of all factors: what an effect of the second adds to the weighted sum of the first."""
        return (sparse.vstack(self._weighted) @ sparse.hstack(self.tables)).tocsr()

    @cached_property
    def _totals(self) -> list[Floats]:
        """Levels x arms: the weights of each."""
        return [np.asarray((weighted @ self._arms).todense()) for weighted in self._weighted]

    @cached_property
    def _of_arms(self) -> list[Floats]:
        """Levels x arms: their shares of the arm's mean."""
        return [np.asarray((table.T @ self._shares).todense()) for table in self.tables]

    @cached_property
    def _inverse(self) -> Floats:
        """From sums of squares to variances; of what the design can't tell apart, the smallest solution."""
        scale = 1 / np.sqrt(np.diag(self.expected))
        inverse: Floats = np.linalg.pinv(self.expected * np.outer(scale, scale), rcond=SMALLEST) * np.outer(
            scale, scale
        )
        return inverse

    @cached_property
    def _spread(self) -> Floats:
        """Factors x factors: the variance of the mean's variance is the quadratic form of this in the variances.

        The mean's variance is a sum of the sums of squares; these are quadratic forms of normal values, and the covariance
        of two is twice the squared norm of the covariance of what they square.
        """
        root = np.repeat(self._inverse.T @ self.parts, self._counts)[self._few]
        each = self._covariances()
        weighed = (each * root[:, None] * root).reshape(len(each), -1)
        return np.asarray(2 * weighed @ each.reshape(len(each), -1).T)

    def spread_of_squares(self, components: Floats) -> Floats:
        """Factors x factors: the covariances of the sums of squares if these were the variances; 0 of a factor of many levels."""
        sums = np.tensordot(components, self._covariances(), axes=1)
        factor = np.repeat(np.arange(len(self._counts)), self._counts)[self._few]
        rows = (factor == np.arange(len(self._counts))[:, None]).astype(np.float64)
        return np.asarray(2 * rows @ np.square(sums) @ rows.T)

    @property
    def _few(self) -> npt.NDArray[np.bool_]:
        """Of all levels of all factors: those whose factor has not too many."""
        return np.repeat([count <= MANY for count in self._counts], self._counts)

    def _covariances(self) -> Floats:
        """Factors x those levels x those levels: the covariances of the levels' sums if one factor alone varies, by 1."""
        cells, totals = self._cells[self._few].tocsc(), np.concatenate(self._totals)[self._few]
        ends = np.cumsum(self._counts)
        return np.stack(
            [
                _covariance(cells[:, end - count : end], totals, shares)
                for end, count, shares in zip(ends, self._counts, self._of_arms, strict=True)
            ]
        )


def _covariance(cells: Table, totals: Floats, shares: Floats) -> Floats:
    """Levels x levels, of one factor: ``cells`` are levels x the factor's levels, ``totals`` and ``shares`` both by arm."""
    mixed = (cells @ shares) @ totals.T
    found: Floats = (cells @ cells.T).toarray() - mixed - mixed.T + totals @ (shares.T @ shares) @ totals.T
    return found


def _distinct(factors: Sequence[Factor]) -> tuple[list[str], list[Table]]:
    """Without the factors that can't be told from one before them: one rating a comparison, prompts of one subject each."""
    names: list[str] = []
    tables: list[Table] = []
    for factor in factors:
        table = factor.table()
        if table.shape[1] and not any(_coincide(table, other) for other in tables):
            names.append(factor.name)
            tables.append(table)
    return names, tables


def _coincide(first: Table, second: Table) -> bool:
    """Whether each level of one is a level of the other, with loadings that are the same or all opposite."""
    if first.shape != second.shape:
        return False
    cells = first.T @ second
    together = abs(first).multiply(abs(second)).sum()
    return bool(cells.nnz == first.shape[1] and together == abs(first).sum() and abs(cells).sum() == together)
