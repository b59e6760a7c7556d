"""How much more would settle it: by simulation from the data so far."""

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import stats

from reports.dataset.dataset import Dataset, as_array
from reports.report.figures.verdict import VerdictEvidence
from reports.report.figures.verdict_words import needed
from reports.stats.decision import is_better, is_same, is_worse

type Floats = npt.NDArray[np.float64]
type Effort = tuple[int, float]

SIMULATIONS = 1000
WANTED_CHANCE = 0.8
FEWEST_SUBJECTS = 5
TIMES = (1.0, 1.25, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0)
MOST_RATERS = 8  # times as many as now
NORMAL_FROM = 1000  # subjects; to draw each of them would take gigabytes
MILLISECONDS_IN_AN_HOUR = 3_600_000
_NO_NEEDS = {"more_comparisons": None, "more_judgments": None, "price": None}


def plan_figures(dataset: Dataset, found: VerdictEvidence, *, seed: int) -> dict[str, Any]:
    return _planner(dataset, found, seed)


def _planner(dataset: Dataset, found: VerdictEvidence, seed: int) -> dict[str, Any]:
    now = len(found.of_subjects)
    common = {"currency": dataset.facts.currency, "subjects_now": now}
    if now < FEWEST_SUBJECTS:
        sentence = f"A plan needs the judgments of {FEWEST_SUBJECTS} subjects at least; there are {now}."
        return {**common, **_NO_NEEDS, "more_subjects": None, "sentence": sentence, "curve": [], "raters": None}
    effort = _effort(dataset)
    curve = [{"subjects": size, "chance": chance_to_settle(found, size, seed)} for size in _sizes(now)]
    enough = _enough(curve, "subjects")
    needs = _needs(dataset, found, effort, None if enough is None else enough / now - 1)
    return {
        **common,
        **needs,
        "more_subjects": None if enough is None else enough - now,
        "sentence": " ".join([_sentence(curve, enough, now, needs), *needed(found.sample.missing)]),
        "curve": curve,
        "raters": _more_raters(dataset, found, seed, effort, needs),
    }


def _more_raters(
    dataset: Dataset, found: VerdictEvidence, seed: int, effort: Effort, of_subjects: dict[str, Any]
) -> dict[str, Any]:
    """The other lever: the same comparisons, judged by more people each."""
    now, subjects = max(1, round(found.raters_each)), len(found.of_subjects)
    nothing: dict[str, Any] = {"now": now, "noise_share": None, "more_raters": None, **_NO_NEEDS, "curve": []}
    if found.rater_noise.value is None:
        sentence = f"Whether more raters for each comparison would help can't be told. {found.rater_noise.reason}"
        return {**nothing, "sentence": sentence}
    curve = [
        {"raters": size, "chance": chance_to_settle(found, subjects, seed, raters=size / now)}
        for size in _sizes(now)
        if size <= now * MOST_RATERS
    ]
    enough = _enough(curve, "raters")
    needs = _needs(dataset, found, effort, None if enough is None else enough / now - 1)
    return {
        "now": now,
        "noise_share": noise_share(found),
        "more_raters": None if enough is None else enough - now,
        **needs,
        "more_comparisons": None if enough is None else 0,
        "curve": curve,
        "sentence": _sentence_of_raters(curve, None if enough is None else enough - now, needs, of_subjects),
    }


def _sizes(now: int) -> list[int]:
    return sorted({round(now * times) for times in TIMES})


def _enough(curve: list[dict[str, Any]], lever: str) -> int | None:
    return next((int(point[lever]) for point in curve if point["chance"] >= WANTED_CHANCE), None)


def noise_share(found: VerdictEvidence) -> float:
    """The raters' part in how far subjects lie apart. 0..1"""
    variance = float(found.of_subjects.var(ddof=1))
    return min(1.0, (found.rater_noise.value or 0.0) / variance) if variance else 0.0


def chance_to_settle(found: VerdictEvidence, subjects: int, seed: int, *, raters: float = 1.0) -> float:
    """How often a study of so many subjects like those seen would reach a verdict, 0..1.

    ``raters``: times as many for each comparison. Their part of the variance shrinks by that, and subjects are drawn
    from the means so narrowed. (Labels drawn anew from the few a comparison has would keep all their variance, however
    many are drawn, and no number of raters would ever help.)
    """
    generator = np.random.default_rng([seed, subjects])
    means, errors = _studies(_narrowed(found, raters), subjects, generator)
    reach, reach_90 = (float(stats.t.ppf((1 + level) / 2, subjects - 1)) for level in (0.95, 0.90))
    better = is_better(means, means - reach * errors, found.margin)
    worse = is_worse(means, means + reach * errors, found.margin)
    same = is_same(means - reach_90 * errors, means + reach_90 * errors, found.margin)
    return float((better | worse | same).mean())


def _studies(of_subjects: Floats, subjects: int, generator: np.random.Generator) -> tuple[Floats, Floats]:
    """The mean of each simulated study, and its standard error. Of many subjects a mean is normal, whatever they are."""
    if subjects > NORMAL_FROM:
        error = float(of_subjects.std()) / np.sqrt(subjects)
        return generator.normal(of_subjects.mean(), error, SIMULATIONS), np.full(SIMULATIONS, error)
    drawn = generator.choice(of_subjects, size=(SIMULATIONS, subjects))
    return drawn.mean(axis=1), drawn.std(axis=1, ddof=1) / np.sqrt(subjects)


def _narrowed(found: VerdictEvidence, raters: float) -> Floats:
    if raters == 1:
        return found.of_subjects
    mean = found.of_subjects.mean()
    left = 1 - noise_share(found) * (1 - 1 / raters)
    narrowed: Floats = mean + (found.of_subjects - mean) * np.sqrt(left)
    return narrowed


def _needs(dataset: Dataset, found: VerdictEvidence, effort: Effort, times: float | None) -> dict[str, Any]:
    """What so many times more of the judgments of stage 3 cost, if they take the time of those so far."""
    if times is None:
        return dict(_NO_NEEDS)
    judgments, milliseconds = effort
    hours = milliseconds / MILLISECONDS_IN_AN_HOUR
    return {
        "more_comparisons": round(found.effect.comparisons * times),
        "more_judgments": round(judgments * times),
        "price": round(hours * times * dataset.facts.pay_per_hour, 2) if milliseconds else None,
    }


def _effort(dataset: Dataset) -> Effort:
    """Counted judgments of stage 3 and the active time they took; a page's time is counted once."""
    judged = dataset.tables["judgments"]
    of_stage = as_array(judged.column("stage")) == 3
    counted = of_stage & as_array(judged.column("counted"))
    pages = judged.column("assignment_id").combine_chunks().dictionary_encode().indices
    place = as_array(pages.fill_null(-1)) if len(pages) else np.zeros(0)
    first = np.unique(place[counted], return_index=True)[1]
    spent = as_array(judged.column("active_ms")).astype(np.float64)[counted][first]
    return int(counted.sum()), float(np.nansum(spent))


def _sentence(curve: list[dict[str, Any]], enough: int | None, now: int, needs: dict[str, Any]) -> str:
    if enough is None:
        return (
            f"Even {curve[-1]['subjects']} subjects like these would probably not settle it: the effect lies too near to "
            "the margin."
        )
    if enough <= now:
        return "For these raters and prompts the data at hand settle the question with a chance of at least 80 %."
    return (
        f"About {enough - now} more subjects ({needs['more_comparisons']} comparisons, "
        f"{needs['more_judgments']} judgments) would settle it with a chance of 80 %, if they are like those so far. Other raters and prompts are left out of that."
    )


def _sentence_of_raters(
    curve: list[dict[str, Any]], more: int | None, needs: dict[str, Any], of_subjects: dict[str, Any]
) -> str:
    """Which lever is cheaper. Both cost the same for a judgment, so judgments decide."""
    if more is None:
        return f"More raters for each comparison would probably not settle it, not even {curve[-1]['raters']}."
    if more == 0:
        return "More raters for each comparison are not needed."
    would = f"{more} more raters for each comparison ({needs['more_judgments']} judgments) would settle it"
    if of_subjects["more_judgments"] is None:
        return f"{would}, which more subjects would not."
    if needs["more_judgments"] < of_subjects["more_judgments"]:
        return f"{would}, and is cheaper than more subjects."
    return f"{would}, but more subjects are cheaper to judge."
