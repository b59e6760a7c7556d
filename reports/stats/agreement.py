"""How far the raters of the same units agree, with gaps: each unit may have its own number of raters.

What ``explaining.explain`` says of each figure in plain words belongs beside it on every page.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

import krippendorff
import numpy as np
import numpy.typing as npt

from reports.stats.estimate import Estimate
from reports.stats.ratings import Flags, Floats, Indices, Ratings

NO_PAIRS = "No unit has been judged by two raters."
ONE_LABEL = "Every label is the same, so agreement beyond chance is undefined."
ONE_CATEGORY = "A scale of one label leaves nothing to disagree about."


class AgreementFigure(StrEnum):
    PERCENT = "percent_agreement"
    COHEN = "cohen_kappa"
    FLEISS = "fleiss_kappa"
    ALPHA_NOMINAL = "krippendorff_alpha_nominal"
    ALPHA_ORDINAL = "krippendorff_alpha_ordinal"
    AC1 = "gwet_ac1"


@dataclass(frozen=True, slots=True)
class Dominant:
    """The most frequent label and its share of all judgments."""

    label: float
    share: float


@dataclass(frozen=True, slots=True)
class Agreement:
    figures: dict[AgreementFigure, Estimate]
    dominant: Dominant | None

    def as_json(self) -> dict[str, Any]:
        return {figure.value: estimate.as_json() for figure, estimate in self.figures.items()}


def agreement(
    ratings: Ratings, categories: npt.ArrayLike | None = None, *, ordinal: bool = False, weights: Floats | None = None
) -> Agreement:
    """Every figure for several raters. ``categories`` is the whole scale, ``ordinal`` whether its order means something."""
    table = CountTable.of(ratings, categories, weights)
    figures = {
        AgreementFigure.PERCENT: percent_agreement(table),
        AgreementFigure.FLEISS: fleiss_kappa(table),
        AgreementFigure.ALPHA_NOMINAL: krippendorff_alpha(table, "nominal"),
        AgreementFigure.AC1: gwet_ac1(table),
    }
    if ordinal:
        figures[AgreementFigure.ALPHA_ORDINAL] = krippendorff_alpha(table, "ordinal")
    return Agreement(figures, dominant(table))


@dataclass(frozen=True, slots=True, eq=False)
class CountTable:
    """Units x categories, only units that somebody judged. ``weights`` (of units) serve a bootstrap of subjects."""

    counts: Indices
    scale: Floats
    subject: Indices
    weights: Floats

    @classmethod
    def of(
        cls, ratings: Ratings, categories: npt.ArrayLike | None = None, weights: Floats | None = None
    ) -> "CountTable":
        scale = ratings.categories() if categories is None else np.asarray(categories, dtype=np.float64)
        counts = ratings.counts(scale)
        weight = np.ones(len(counts)) if weights is None else weights
        return cls(counts, scale, ratings.subject, weight).units((counts.sum(axis=1) > 0) & (weight > 0))

    @property
    def categories(self) -> int:
        return len(self.scale)

    @property
    def raters(self) -> Indices:
        """Of each unit."""
        totals: Indices = self.counts.sum(axis=1)
        return totals

    def paired(self) -> "CountTable":
        """Only units of two raters or more."""
        return self.units(self.raters >= 2)

    def units(self, chosen: Flags) -> "CountTable":
        return CountTable(self.counts[chosen], self.scale, self.subject[chosen], self.weights[chosen])

    def prevalence(self) -> Floats:
        """The share of each label: the mean over units of its share among the unit's raters."""
        shares: Floats = (self.weights / self.raters) @ self.counts / self.weights.sum()
        return shares

    def estimate(self, value: float) -> Estimate:
        """A value that rests on the units of this table."""
        return Estimate(value=float(value), n=len(self.counts), clusters=len(np.unique(self.subject)))


def dominant(table: CountTable) -> Dominant | None:
    totals = table.weights @ table.counts
    if not totals.sum():
        return None
    return Dominant(label=float(table.scale[totals.argmax()]), share=float(totals.max() / totals.sum()))


def percent_agreement(table: CountTable) -> Estimate:
    """The chance that two raters of the same unit gave it the same label; each unit counts once.

    Fleiss (1971), Psychological Bulletin 76:378-382, over the units of two raters or more.
    """
    paired = table.paired()
    if not len(paired.counts):
        return Estimate.undefined(NO_PAIRS)
    return paired.estimate(_observed(paired))


def fleiss_kappa(table: CountTable) -> Estimate:
    """Fleiss' kappa, generalised for units with differing numbers of raters; Fleiss' own where they are equal.

    Fleiss (1971), Psychological Bulletin 76:378-382. With gaps as in Gwet (2014), Handbook of Inter-Rater Reliability,
    4th edition, chapter 2: observed agreement over units of two raters or more, shares of labels over all units.
    """
    paired = table.paired()
    if not len(paired.counts):
        return Estimate.undefined(NO_PAIRS)
    if _labels_used(table) < 2:
        return Estimate.undefined(ONE_LABEL, len(paired.counts))
    expected = float(np.square(table.prevalence()).sum())
    return paired.estimate(_beyond_chance(_observed(paired), expected))


def gwet_ac1(table: CountTable) -> Estimate:
    """Gwet's AC1 for any number of raters and gaps: chance agreement is small where one label dominates.

    Gwet (2008), British Journal of Mathematical and Statistical Psychology 61:29-48; with gaps as in his Handbook
    (2014), chapter 2. It depends on the number of labels of the scale, used or not.
    """
    paired = table.paired()
    if not len(paired.counts):
        return Estimate.undefined(NO_PAIRS)
    if table.categories < 2:
        return Estimate.undefined(ONE_CATEGORY, len(paired.counts))
    shares = table.prevalence()
    expected = float((shares * (1 - shares)).sum() / (table.categories - 1))
    return paired.estimate(_beyond_chance(_observed(paired), expected))


def krippendorff_alpha(table: CountTable, level: Literal["nominal", "ordinal"]) -> Estimate:
    """Krippendorff's alpha, ``nominal`` or ``ordinal``, by the package ``krippendorff``; units of one rater drop out.

    Krippendorff (2011), Computing Krippendorff's Alpha-Reliability. Weights must be whole: how often a unit counts.
    """
    paired = table.paired()
    if not len(paired.counts):
        return Estimate.undefined(NO_PAIRS)
    used = paired.counts.any(axis=0)
    if used.sum() < 2:
        return Estimate.undefined(ONE_LABEL, len(paired.counts))
    times = paired.weights.astype(np.int64)
    if (times != paired.weights).any():
        raise ValueError("Krippendorff's alpha takes whole weights only.")
    repeated = paired.counts[:, used].repeat(times, axis=0)
    return paired.estimate(krippendorff.alpha(value_counts=repeated, level_of_measurement=level))


def _observed(paired: CountTable) -> float:
    raters = paired.raters
    agreeing = (paired.counts * (paired.counts - 1)).sum(axis=1) / (raters * (raters - 1))
    return float(np.average(agreeing, weights=paired.weights))


def _beyond_chance(observed: float, expected: float) -> float:
    return (observed - expected) / (1 - expected)


def _labels_used(table: CountTable) -> int:
    return int(table.counts.any(axis=0).sum())
