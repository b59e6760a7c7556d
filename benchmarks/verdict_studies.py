"""Studies with a known truth for benchmarks/verdict_simulation.py: who judges what, and what they say.

A label is the whole number, from 1 to 5, that is nearest to 3 + the arm's level + what subject, prompt, comparison, rater and chance add.
With two arms half of each variance is shared by the arms. Subjects (SD 0.35), comparisons (0.5) and chance (0.8)
lie as far apart as people's labels of real comparisons do; raters and prompts vary by cell, and their means are not centred. The truth is the expectation of the rounded label over new subjects, raters, prompts, comparisons and chance.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
from scipy import optimize, special
from scipy.stats import qmc

from benchmarks.verdict_cells import DesignCell
from reports.stats.crossed import CrossedFactors
from reports.stats.endpoint import Judged, one_arm, two_arms

type Floats = npt.NDArray[np.float64]
type Indices = npt.NDArray[np.int64]
type Draws = Callable[[np.random.Generator, tuple[int, int]], Floats]

OF_SUBJECT, OF_COMPARISON, OF_CHANCE = 0.35, 0.5, 0.8
EFFECT = 0.25
NESTED_EACH = {5: 1, 10: 2, 20: 4, 60: 6}  # prompts of each subject, where they are their own
CROSSED_EACH = 4
BORDERS = np.array([1.5, 2.5, 3.5, 4.5])


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """Who judges what. Rows as in ``Judged``: ratings in any order, then silent comparisons.

    ``moment``: of each row, 0..1, when it came in.
    """

    cell: DesignCell
    subject: Indices
    prompt: Indices
    rater: Indices
    comparison: Indices
    arm: Indices
    case: Indices
    moment: Floats

    def judged(self, value: Floats) -> Judged:
        return Judged(value, compact(self.subject), compact(self.prompt), self.rater, compact(self.comparison))

    def rows(self, chosen: npt.NDArray[np.bool_]) -> "Design":
        parts = ("subject", "prompt", "rater", "comparison", "arm", "case", "moment")
        return Design(self.cell, *(getattr(self, name)[chosen] for name in parts))

    def crossing(self) -> CrossedFactors:
        judged = self.judged(np.zeros(len(self.subject)))
        return one_arm(judged) if self.cell.arms == 1 else two_arms(judged, self.arm == 1, self.case)


def compact(index: Indices) -> Indices:
    return np.unique(index, return_inverse=True)[1].astype(np.int64)


def draw_design(cell: DesignCell, chance: np.random.Generator) -> Design:
    each = _cases_each(cell, chance)
    subject = np.repeat(np.arange(cell.subjects), each)
    cases = len(subject)
    prompt = np.arange(cases) if cell.nested else _prompts(cell, each, chance)
    silent = chance.random((cell.arms, cases)) < cell.silent
    silent[:, chance.integers(cases)] = False  # somebody is asked
    rater, turn = _raters(cell, cases, chance)
    arm, _slot, case = np.indices(rater.shape)
    asked = ~silent[arm, case]
    still, still_case = np.nonzero(silent)
    at = np.concatenate([case[asked], still_case])
    arms = np.concatenate([arm[asked], still])
    moments = [_shares(turn[asked]), _shares(chance.permutation(len(still)))]
    raters = np.concatenate([rater[asked], np.full(len(still), -1)])
    return Design(cell, subject[at], prompt[at], raters, arms * cases + at, arms, at, np.concatenate(moments))


def _shares(turn: Indices) -> Floats:
    """Ranks as 0..1."""
    return np.argsort(np.argsort(turn)) / max(len(turn), 1)


def _cases_each(cell: DesignCell, chance: np.random.Generator) -> Indices:
    usual = NESTED_EACH[cell.prompts] if cell.nested else CROSSED_EACH
    most = 2 * usual if cell.nested else min(2 * usual, cell.prompts)
    if cell.pattern == "unbalanced":
        return chance.integers(1, most + 1, cell.subjects)
    return np.full(cell.subjects, usual)


def _prompts(cell: DesignCell, each: Indices, chance: np.random.Generator) -> Indices:
    """Every subject's own draw; where unbalanced, some prompts come far more often."""
    shares = 1 / np.arange(1, cell.prompts + 1) if cell.pattern == "unbalanced" else np.ones(cell.prompts)
    keys = np.log(shares) + chance.gumbel(size=(cell.subjects, cell.prompts))
    order = np.argsort(-keys, axis=1)
    return np.concatenate([row[:count] for row, count in zip(order, each, strict=True)])


def _raters(cell: DesignCell, cases: int, chance: np.random.Generator) -> tuple[Indices, Indices]:
    """Arms x k x cases: who rates, nobody twice in a case; and in which order the ratings come."""
    places = cell.arms * cell.k
    if cell.pattern == "trickling":
        return _in_turn(cell, places, cases, chance)
    shares = chance.dirichlet(np.full(cell.raters, 2.0)) if cell.pattern == "unbalanced" else np.ones(cell.raters)
    keys = np.log(shares + 1e-3) + chance.gumbel(size=(cases, cell.raters))
    drawn = np.argsort(-keys, axis=1)[:, :places].T
    shape = (cell.arms, cell.k, cases)
    return drawn.reshape(shape), chance.permutation(places * cases).reshape(shape)


def _in_turn(cell: DesignCell, places: int, cases: int, chance: np.random.Generator) -> tuple[Indices, Indices]:
    """One rater after another takes the next pages, of the arms in turn."""
    total = places * cases
    line = np.repeat(np.arange(cell.raters), _quotas(cell, total, cases, chance))[:total]
    order = chance.permutation(cases)
    found = np.empty((2, cell.k, cell.arms, cases), dtype=np.int64)
    found[..., order] = np.stack([line, np.arange(total)]).reshape(found.shape)
    turned = order[1::2]
    found[..., turned] = found[:, :, ::-1][..., turned]
    rater, turn = found.swapaxes(1, 2)
    return rater, turn


def _quotas(cell: DesignCell, total: int, cases: int, chance: np.random.Generator) -> Indices:
    """Of each rater: some take many pages, some few, nobody more than there are cases."""
    quotas = np.maximum(1, np.floor(chance.dirichlet(np.full(cell.raters, 0.7)) * total)).astype(np.int64)
    quotas = np.minimum(quotas, cases)
    while quotas.sum() < total:
        one = chance.choice(np.flatnonzero(quotas < cases))
        quotas[one] = min(cases, quotas[one] + min(total - quotas.sum(), 1 + total // (4 * cell.raters)))
    return quotas


@dataclass(frozen=True, slots=True, eq=False)
class DrawnStudy:
    """``values``: points from no difference, 0 where silent. ``raters`` and ``prompts``: what each adds, arms x levels."""

    values: Floats
    raters: Floats
    prompts: Floats


def draw(design: Design, levels: Floats, chance: np.random.Generator) -> DrawnStudy:
    """``levels`` of each arm."""
    cell = design.cell
    skewed = _centred_exponential if cell.skewed else _normal
    of_subjects = _effects(design.subject, OF_SUBJECT, skewed, cell.arms, chance)
    prompts = _effects(design.prompt, cell.prompt_sd, skewed, cell.arms, chance)
    raters = _effects(design.rater, cell.rater_sd, skewed, cell.arms, chance)
    of_cases = _effects(design.case, OF_COMPARISON, _normal, cell.arms, chance)
    arm = design.arm
    latent = (
        (levels[arm] + of_subjects[arm, design.subject] + prompts[arm, design.prompt])
        + (raters[arm, design.rater] + of_cases[arm, design.case])
        + chance.normal(3, OF_CHANCE, len(arm))
    )
    return DrawnStudy(np.where(design.rater < 0, 0.0, np.clip(np.rint(latent), 1, 5) - 3), raters, prompts)


def _effects(index: Indices, deviation: float, draws: Draws, arms: int, chance: np.random.Generator) -> Floats:
    """Arms x levels. Of two arms, half of the variance is shared."""
    parts = deviation * draws(chance, (arms + 1, int(index.max()) + 1))
    return parts[:1] if arms == 1 else np.sqrt(0.5) * (parts[:1] + parts[1:])


def _normal(chance: np.random.Generator, shape: tuple[int, int]) -> Floats:
    return chance.normal(size=shape)


def _centred_exponential(chance: np.random.Generator, shape: tuple[int, int]) -> Floats:
    return chance.exponential(size=shape) - 1


@dataclass(frozen=True, slots=True)
class Truth:
    levels: Floats  # of each arm, before rounding
    effect: float
    margin: float


@cache
def truth_of(cell: DesignCell, margin: float) -> Truth:
    """``margin`` is the study's, but where the effect is to lie exactly at it: there it is the effect."""
    asked = 1 - cell.silent
    if cell.at_margin:
        levels = np.array([EFFECT, 0.0][: cell.arms])
        of_arms = [asked * expected(cell, level) for level in levels]
        effect = of_arms[0] - (of_arms[1] if cell.arms == 2 else 0.0)
        return Truth(levels, effect, abs(effect))
    if cell.arms == 2:
        return Truth(np.zeros(2), 0.0, margin)
    level = float(optimize.brentq(lambda each: expected(cell, each), -1, 1))
    return Truth(np.array([level]), 0.0, margin)


def expected(cell: DesignCell, level: float) -> float:
    """The mean label, less 3, of an arm of this level."""
    return _mean_label(level + _sums(cell), np.hypot(OF_COMPARISON, OF_CHANCE))


def expected_of_these(cell: DesignCell, level: float, drawn: DrawnStudy) -> float:
    """The same with these raters and prompts, where every pair of them is as likely: one arm, balanced, subjects normal."""
    latent = level + drawn.raters[0][:, None] + drawn.prompts[0]
    return (1 - cell.silent) * _mean_label(
        latent.ravel(), float(np.linalg.norm([OF_SUBJECT, OF_COMPARISON, OF_CHANCE]))
    )


def _mean_label(latent: Floats, deviation: float) -> float:
    above = special.ndtr((3 + latent[:, None] - BORDERS) / deviation)
    return float(above.sum(axis=1).mean() - 2)


@cache
def _sums(cell: DesignCell) -> Floats:
    """What subject, prompt and rater add, by evenly spread points (Sobol's), so that the truth has no noise to speak of."""
    deviations = [OF_SUBJECT, cell.prompt_sd, cell.rater_sd]
    if cell.arms == 2:
        deviations = [each * np.sqrt(0.5) for each in deviations for _part in range(2)]
    points = qmc.Sobol(len(deviations), seed=1).random_base2(16)
    parts = -np.log1p(-points) - 1 if cell.skewed else special.ndtri(np.clip(points, 1e-12, 1 - 1e-12))
    return np.asarray(parts @ np.array(deviations))
