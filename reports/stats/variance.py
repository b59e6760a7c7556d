"""Where the spread of labels comes from: rater, subject, prompt, item, and what is left.

Model: label = mean + rater + subject + prompt + item (a unit of the subject) + residual, all random. The residual holds what
a rater thinks of one item, and chance.

Henderson's method I: Henderson (1953), Biometrics 9:226-252; Searle, Casella and McCulloch (1992), Variance
Components, chapter 5. The squares of group totals are set equal to what they are expected to be, for any pattern
of gaps and without a distribution; on a complete design it is the classical analysis of variance. Components that
come out negative are set to zero.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from reports.stats.crossing import SHARE, SUBJECTS, spread_of, with_interval
from reports.stats.estimate import Estimate
from reports.stats.ratings import Floats, Indices, Ratings

TOO_FEW = "Variance needs at least three judgments."
NO_VARIANCE = "Every label is the same: there is no variance to share out."
ENTANGLED = "Who judged what does not allow raters, subjects and items to be told apart."
ONE_LEVEL = {
    "rater": "One rater alone: nothing varies between raters.",
    "subject": "One subject alone: nothing varies between subjects.",
    "prompt": "One prompt alone: nothing varies between prompts.",
    "item": "One unit alone: nothing varies between items.",
}
NO_PROMPTS = "Nothing here was judged beside a prompt."
PROMPT_IS_ITEM = "No prompt has two units judged, so item and prompt are the same."
PROMPT_ENTANGLED = "Which subject has which prompts does not allow the prompts' part to be told apart."
SAME = "No subject has two units judged, so item and subject are the same."
ONCE = "Every unit was judged once, so an item can't be told from the residual, which holds both."


# Subjects are left out in so many groups at most: the shares are no sums, and each time they are computed from the start.
GROUPS = 20


@dataclass(frozen=True, slots=True)
class VarianceShares:
    """Shares of the variance, which add up to 1 over those that are defined."""

    rater: Estimate
    subject: Estimate
    prompt: Estimate
    item: Estimate
    residual: Estimate

    def as_json(self) -> dict[str, Any]:
        return {name: getattr(self, name).as_json() for name in self.__slots__}


def variance_shares(ratings: Ratings, prompt: Indices | None = None) -> VarianceShares:
    """With intervals over subjects by the delete-a-group jackknife: Kott (2001), Journal of Official Statistics 17:521-526."""
    shares = _shares(ratings, prompt)
    present, subject = np.unique(ratings.subject[ratings.unit], return_inverse=True)
    groups = min(len(present), GROUPS)
    moved = [_shares(ratings.rows(subject % groups != group), prompt) for group in range(groups)]
    return VarianceShares(
        **{name: _with_interval(share, name, moved) for name, share in shares.items()},
    )


def _with_interval(share: Estimate, name: str, moved: list[dict[str, Estimate]]) -> Estimate:
    if share.value is None:
        return share
    values = [each[name].value for each in moved]
    spread = spread_of(np.array([np.nan if value is None else value for value in values]))
    found = with_interval(share.value, {SUBJECTS: spread}, n=share.n, within=SHARE)
    return replace(found, clusters=share.clusters)


def _shares(ratings: Ratings, prompt: Indices | None) -> dict[str, Estimate]:
    components = variance_components(ratings, prompt)
    values = {name: one.value for name, one in components.items() if one.value is not None}
    total = sum(values.values())
    if values and not total:
        return {name: Estimate.undefined(NO_VARIANCE, len(ratings)) for name in components}
    return {
        name: one if one.value is None else Estimate(value=one.value / total, n=one.n, clusters=one.clusters)
        for name, one in components.items()
    }


def variance_components(ratings: Ratings, prompt: Indices | None = None) -> dict[str, Estimate]:
    """The variance of each source, in squared label points. ``prompt`` of each unit; without them it is the item's part."""
    n = len(ratings)
    factors = {"rater": ratings.rater, "subject": ratings.subject[ratings.unit]}
    factors |= {"item": ratings.unit} if prompt is None else {"prompt": prompt[ratings.unit], "item": ratings.unit}
    names = ("rater", "subject", "prompt", "item", "residual")
    if n < 3:
        return dict.fromkeys(names, Estimate.undefined(TOO_FEW, n))
    reasons = _reasons(ratings, factors)
    solved = _solved(ratings.label, {name: each for name, each in factors.items() if name not in reasons})
    if solved is None and "prompt" in factors and "prompt" not in reasons:
        reasons["prompt"] = PROMPT_ENTANGLED
        solved = _solved(ratings.label, {name: each for name, each in factors.items() if name not in reasons})
    clusters = len(np.unique(factors["subject"]))

    def found(name: str) -> Estimate:
        if name in reasons:
            return Estimate.undefined(reasons[name], n)
        if solved is None:
            return Estimate.undefined(ENTANGLED, n)
        return Estimate(value=max(0.0, solved[name]), n=n, clusters=clusters)

    return {name: found(name) for name in names}


def _solved(label: Floats, factors: dict[str, Indices]) -> dict[str, float] | None:
    solved = _henderson(label, [_compact(factor) for factor in factors.values()]) if factors else None
    if solved is None:
        return None
    return {name: float(value) for name, value in zip([*factors, "residual"], solved, strict=True)}


def _reasons(ratings: Ratings, factors: dict[str, Indices]) -> dict[str, str]:
    """Why a factor has no part of its own."""
    levels = {name: len(np.unique(each)) for name, each in factors.items()}
    reasons = {name: ONE_LEVEL[name] for name, many in levels.items() if many < 2}
    if levels["item"] == levels["subject"]:
        reasons.setdefault("item", SAME)
    elif levels["item"] == len(ratings):
        reasons.setdefault("item", ONCE)
    if "prompt" not in factors or (factors["prompt"] < 0).any():
        reasons["prompt"] = NO_PROMPTS
    elif levels["prompt"] == levels["item"]:
        reasons.setdefault("prompt", PROMPT_IS_ITEM)
    return reasons


def _henderson(label: Floats, factors: list[Indices]) -> Floats | None:
    """The variances of the factors and of the residual, or None where the design can't tell them apart.

    With T_A the sum over groups of A of (total squared / size), and T_0 the sum of squares: E(T_A) - E(T_mean) is linear
    in the variances, with coefficients made of group sizes alone.
    """
    n = len(label)
    centred = label - label.mean()  # does not change the estimates, but keeps digits
    each = np.arange(n)
    rows = [(_between(centred, factor), [_spread(factor, other) for other in factors], factor) for factor in factors]
    base = np.array([_spread(np.zeros(n, dtype=np.int64), other) for other in factors])
    observed = np.array([total for total, _, _ in rows] + [_between(centred, each)])
    slopes = np.array([spread for _, spread, _ in rows] + [[float(n)] * len(factors)]).reshape(-1, len(factors)) - base
    groups = np.array([float(factor.max() + 1) for _, _, factor in rows] + [float(n)]) - 1
    system = np.column_stack([slopes, groups]) / n
    if np.linalg.matrix_rank(system, tol=1e-9) < len(observed):
        return None
    solved: Floats = np.linalg.solve(system, observed / n)
    return solved


def _between(centred: Floats, factor: Indices) -> float:
    """T of a factor. The overall mean is zero, and so is T of the mean."""
    sizes = np.bincount(factor)
    return float((np.square(np.bincount(factor, weights=centred)) / sizes).sum())


def _spread(factor: Indices, other: Indices) -> float:
    """The sum over groups of the factor of (squared shares of the other's groups in it, times its size)."""
    sizes = np.bincount(factor)
    width = int(other.max()) + 1
    cells, counts = np.unique(factor * width + other, return_counts=True)
    return float((np.square(counts) / sizes[cells // width]).sum())


def _compact(index: Indices) -> Indices:
    """Indices without gaps, so that every group has a row."""
    return np.unique(index, return_inverse=True)[1].astype(np.int64)
