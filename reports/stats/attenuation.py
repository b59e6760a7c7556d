"""A judge's rank correlation with people beside one human's with the others, each freed of the noise of a mean of few.

Spearman (1904), American Journal of Psychology 15:72-101, gave both the rank correlation and its correction: divided by
the root of the reliability of the means, it is what the correlation with the mean of infinitely many humans would be.
The reliability of one human is the intraclass correlation of the ranks of labels (Shrout and Fleiss 1979, Psychological
Bulletin 86:420-428, case 1); that of a mean of k follows by Spearman and Brown (1910).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from reports.stats.crossing import FREE, SIGNED, Crossing, estimates
from reports.stats.estimate import Estimate
from reports.stats.ranks import CONSTANT, correlation, moments
from reports.stats.ratings import Floats, Indices, Ratings

TOO_FEW = "Fewer than three units that two humans and this judge have judged."
UNRELIABLE = "Humans agree no better than chance on these units, so the noise of their means can't be taken off."
ENOUGH = 3
_MOMENTS = 6


@dataclass(frozen=True, slots=True)
class BesideOneHuman:
    """On units of two humans or more. ``judge`` with the humans' means, ``human`` with the means of the others."""

    judge: Estimate
    judge_corrected: Estimate
    human: Estimate
    human_corrected: Estimate


def beside_one_human(judge: Floats, humans: Ratings, crossing: Crossing) -> BesideOneHuman:
    """``judge``: a label for each unit, NaN where there is none; ``crossing`` has a row for each unit."""
    raters = np.bincount(humans.unit, minlength=humans.units)
    unit = np.flatnonzero(np.isfinite(judge) & (raters >= 2))
    if len(unit) < ENOUGH:
        return BesideOneHuman(*[Estimate.undefined(TOO_FEW, len(unit))] * 4)
    wanted = np.zeros(humans.units, dtype=bool)
    wanted[unit] = True
    columns = np.concatenate(_columns(judge, humans.of_units(wanted), raters), axis=1)[unit]
    sums = crossing.rows(unit).sums(list(columns.T))
    reasons = (CONSTANT, UNRELIABLE, CONSTANT, UNRELIABLE)
    found = estimates(sums, _figures, n=len(unit), within=(SIGNED, FREE, SIGNED, FREE))
    return BesideOneHuman(
        *(
            each if each.value is not None else Estimate.undefined(reason, len(unit))
            for each, reason in zip(found, reasons, strict=True)
        )
    )


def _columns(judge: Floats, rows: Ratings, raters: Indices) -> list[Floats]:
    """Of each unit: moments of judge and mean, those of each human and the others' mean, and what a reliability is made of."""
    units = rows.units
    sums = np.bincount(rows.unit, weights=rows.label, minlength=units)
    mean = sums / np.maximum(raters, 1)
    others = (sums[rows.unit] - rows.label) / np.maximum(raters[rows.unit] - 1, 1)
    judged = np.unique(rows.unit)
    of_judge = np.zeros((units, _MOMENTS))
    of_judge[judged] = np.stack(moments(judge[judged], mean[judged]), axis=1)
    of_human = [np.bincount(rows.unit, weights=each, minlength=units) for each in moments(rows.label, others)]
    rank = stats.rankdata(rows.label) / max(len(rows), 1)
    total, squares = (np.bincount(rows.unit, weights=each, minlength=units) for each in (rank, rank**2))
    number = np.bincount(rows.unit, minlength=units).astype(np.float64)
    spread = [number > 0, number, number**2, total, total**2 / np.maximum(number, 1), squares]
    return [of_judge, np.stack(of_human, axis=1), np.stack(spread, axis=1)]


def _figures(total: Floats) -> Any:
    judge, human = correlation(total[..., :_MOMENTS]), correlation(total[..., _MOMENTS : 2 * _MOMENTS])
    single, raters = _reliability(total[..., 2 * _MOMENTS :])
    of_mean, of_others = (_of_mean(single, number) for number in (raters, raters - 1))
    return np.stack([judge, judge / np.sqrt(of_mean), human, human / np.sqrt(of_others)], axis=-1)


def _reliability(total: Floats) -> tuple[Floats, Floats]:
    """Of one human, by the analysis of variance of unequal groups, and how many judged a unit on average."""
    units, number, squared, sums, between, squares = np.moveaxis(total, -1, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        usual = (number - squared / number) / (units - 1)
        of_units = (between - sums**2 / number) / (units - 1)
        within = (squares - between) / (number - units)
        return (of_units - within) / (of_units + (usual - 1) * within), number / units


def _of_mean(single: Floats, raters: Floats) -> Floats:
    """NaN where one human tells nothing."""
    positive = np.where(single > 0, single, np.nan)
    reliability: Floats = raters * positive / (1 + (raters - 1) * positive)
    return reliability
