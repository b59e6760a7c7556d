"""Intervals of the agreement of several raters: each figure again without each subject, prompt and rater in turn."""

from dataclasses import replace
from typing import Any

import numpy as np

from reports.stats.agreement import Agreement, AgreementFigure
from reports.stats.crossing import RATERS, SHARE, SIGNED, Crossing, Sums, estimates
from reports.stats.estimate import Estimate
from reports.stats.ratings import Floats, Indices, Ratings, category_index

_FIGURES = {
    AgreementFigure.PERCENT: SHARE,
    AgreementFigure.FLEISS: SIGNED,
    AgreementFigure.AC1: SIGNED,
    AgreementFigure.ALPHA_NOMINAL: SIGNED,
    AgreementFigure.ALPHA_ORDINAL: SIGNED,
}


def with_intervals(found: Agreement, ratings: Ratings, scale: Floats, crossing: Crossing) -> Agreement:
    """The same figures with intervals. ``crossing`` has a row for each unit."""
    if not len(ratings) or len(scale) < 2:
        return found
    sums = _sums(ratings, scale, crossing)
    again = estimates(sums, lambda total: _figures(total, len(scale)), n=0, within=list(_FIGURES.values()))
    spread = dict(zip(_FIGURES, again, strict=True))
    return replace(found, figures={name: _joined(one, spread[name]) for name, one in found.figures.items()})


def _joined(one: Estimate, spread: Estimate) -> Estimate:
    """The established library's value with our interval, which is computed from the same sums."""
    if one.value is None or spread.value is None:
        return one
    names = ("low", "high", "level", "over", "failed", "no_interval")
    return replace(one, **{name: getattr(spread, name) for name in names})


def _sums(ratings: Ratings, scale: Floats, crossing: Crossing) -> Sums:
    """Few units differ in how many gave each label: columns are worked out once for each such pattern."""
    label = category_index(ratings.label, scale)
    counts = ratings.counts(scale)
    judged = np.flatnonzero(counts.sum(axis=1))
    patterns, of_unit = np.unique(_codes(counts[judged]), return_inverse=True)
    kinds = _uncoded(patterns, counts)
    table = _columns(kinds)
    sums = crossing.rows(judged).sums(list(table[of_unit].T))
    place = np.full(ratings.units, -1)
    place[judged] = of_unit
    return sums.without_levels(RATERS, _lost(ratings, label, place[ratings.unit], kinds, table))


def _lost(ratings: Ratings, label: Indices, pattern: Indices, kinds: Indices, table: Floats) -> Floats:
    """Raters x columns: what is lost where a rater's label is taken out of every unit."""
    labels = kinds.shape[1]
    codes, times = np.unique((ratings.rater * len(kinds) + pattern) * labels + label, return_counts=True)
    pair, taken = np.divmod(codes, labels)
    rater, kind = np.divmod(pair, len(kinds))
    rest = kinds[kind]
    rest[np.arange(len(rest)), taken] -= 1
    lost = (table[kind] - _columns(rest)) * times[:, None]
    summed = np.stack([np.bincount(rater, weights=column, minlength=ratings.raters) for column in lost.T], axis=1)
    seen: Floats = summed[np.bincount(rater, minlength=ratings.raters) > 0]
    return seen


def _codes(counts: Indices) -> Indices:
    base = int(counts.max(initial=0)) + 1
    return counts @ base ** np.arange(counts.shape[1], dtype=np.int64)


def _uncoded(codes: Indices, counts: Indices) -> Indices:
    base = int(counts.max(initial=0)) + 1
    return codes[:, None] // base ** np.arange(counts.shape[1], dtype=np.int64) % base


def _columns(counts: Indices) -> Floats:
    """Of units: agreement, whether two raters judged it, whether one did, the share of each label, and coincidences."""
    raters = counts.sum(axis=1)
    paired, single = raters >= 2, raters >= 1
    pairs = np.maximum(raters * (raters - 1), 1)
    agreeing = (counts * (counts - 1)).sum(axis=1) / pairs
    share = counts / np.maximum(raters, 1)[:, None]
    together = counts[:, :, None] * counts[:, None, :] - counts[:, :, None] * np.eye(counts.shape[1])
    together = together * (paired / np.maximum(raters - 1, 1))[:, None, None]
    flat = together.reshape(len(counts), -1)
    columns: Floats = np.concatenate([np.stack([agreeing * paired, paired, single], axis=1), share, flat], axis=1)
    return columns


def _figures(total: Floats, labels: int) -> Floats:
    agreeing, paired, units = np.moveaxis(total[..., :3], -1, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        observed = agreeing / paired
        shares = total[..., 3 : 3 + labels] / units[..., None]
        by_chance = np.square(shares).sum(axis=-1)
        little = (shares * (1 - shares)).sum(axis=-1) / (labels - 1)
        together = total[..., 3 + labels :].reshape(*np.shape(units), labels, labels)
        found = [
            observed,
            (observed - by_chance) / (1 - by_chance),
            (observed - little) / (1 - little),
            _alpha(together, is_ordinal=False),
            _alpha(together, is_ordinal=True),
        ]
        stacked: Floats = np.where(np.isfinite(found), found, np.nan)
    return np.moveaxis(stacked, 0, -1)


def _alpha(together: Floats, *, is_ordinal: bool) -> Any:
    """Of coincidences: Krippendorff (2011), as the package that gives the value."""
    of_label = together.sum(axis=-1)
    number = of_label.sum(axis=-1)
    middle = np.cumsum(of_label, axis=-1) - of_label / 2
    apart = np.square(middle[..., :, None] - middle[..., None, :])
    if not is_ordinal:
        apart = np.broadcast_to(1 - np.eye(of_label.shape[-1]), apart.shape)
    observed = (together * apart).sum(axis=(-2, -1))
    expected = (of_label[..., :, None] * of_label[..., None, :] * apart).sum(axis=(-2, -1))
    return 1 - (number - 1) * observed / expected
