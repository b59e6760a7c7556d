"""How much more would settle it: by simulation from the data so far, and by a rule that may be looked at every day."""

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import stats

from reports.dataset import Dataset, as_array
from reports.figures.verdict import REAL_CONVERSATIONS, Evidence
from reports.stats.decision import Word, decide
from reports.stats.sequence import confidence_sequence

type Floats = npt.NDArray[np.float64]

SIMULATIONS = 1000
WANTED_CHANCE = 0.8
FEWEST_SUBJECTS = 5
TIMES = (1.0, 1.25, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0)
MILLISECONDS_IN_AN_HOUR = 3_600_000
RULE = (
    "Asymptotic confidence sequence (Waudby-Smith et al. 2024): right at all looks together with 95 % confidence, "
    "so the study may stop at the first look at which it settles the question."
)


def plan_figures(dataset: Dataset, found: Evidence, *, seed: int) -> dict[str, Any]:
    return {**_planner(dataset, found, seed), "stopping": stopping(found)}


def stopping(found: Evidence) -> dict[str, Any]:
    """The verdict by a rule that keeps its error rate however often it is looked at."""
    sequence = confidence_sequence(found.of_subjects)
    wide = confidence_sequence(found.of_subjects, level=0.90)
    word = decide(sequence, wide, found.margin) if found.suffices else Word.NOT_ENOUGH
    sentence = (
        f"The study may stop: {word.value}."
        if word != Word.NOT_ENOUGH
        else f"The study should go on: at this look the rule does not settle it.{lacking(found)}"
    )
    return {"method": RULE, "word": word.value, "interval": sequence.as_json(), "sentence": sentence}


def lacking(found: Evidence) -> str:
    """What keeps any verdict from being given, whatever the judgments say."""
    if found.real_conversations >= REAL_CONVERSATIONS:
        return ""
    return f" {REAL_CONVERSATIONS - found.real_conversations} more real conversations are needed before anything can."


def _planner(dataset: Dataset, found: Evidence, seed: int) -> dict[str, Any]:
    now = len(found.of_subjects)
    nothing = {"more_subjects": None, "more_comparisons": None, "more_judgments": None, "price": None}
    if now < FEWEST_SUBJECTS:
        sentence = f"A plan needs the judgments of {FEWEST_SUBJECTS} subjects at least; there are {now}."
        return {**nothing, "sentence": sentence, "currency": dataset.facts.currency, "curve": []}
    curve = [{"subjects": size, "chance": chance_to_settle(found, size, seed)} for size in _sizes(now)]
    enough = next((point["subjects"] for point in curve if point["chance"] >= WANTED_CHANCE), None)
    if enough is None:
        sentence = (
            f"Even {curve[-1]['subjects']} subjects like these would probably not settle it: the effect lies too near to "
            "the margin. More ratings for each comparison, or another margin, would help more."
        )
        return {**nothing, "sentence": sentence, "currency": dataset.facts.currency, "curve": curve}
    needs = _needs(dataset, found, int(enough) - now)
    return {
        **needs,
        "sentence": _sentence(int(enough), now, needs) + lacking(found),
        "currency": dataset.facts.currency,
        "curve": curve,
    }


def _sizes(now: int) -> list[int]:
    return sorted({round(now * times) for times in TIMES})


def chance_to_settle(found: Evidence, subjects: int, seed: int) -> float:
    """How often a study of so many subjects like those seen would reach a verdict. 0..1"""
    generator = np.random.default_rng([seed, subjects])
    drawn = generator.choice(found.of_subjects, size=(SIMULATIONS, subjects))
    means, errors = drawn.mean(axis=1), drawn.std(axis=1, ddof=1) / np.sqrt(subjects)
    reach, reach_90 = (float(stats.t.ppf((1 + level) / 2, subjects - 1)) for level in (0.95, 0.90))
    better = (means - reach * errors > 0) & (means >= found.margin)
    worse = means + reach * errors < 0
    same = (means - reach_90 * errors > -found.margin) & (means + reach_90 * errors < found.margin)
    return float((better | worse | same).mean())


def _needs(dataset: Dataset, found: Evidence, subjects: int) -> dict[str, Any]:
    """What so many more subjects cost, if they are like those so far."""
    now = len(found.of_subjects)
    judgments, milliseconds = _effort(dataset)
    hours = milliseconds / MILLISECONDS_IN_AN_HOUR
    return {
        "more_subjects": subjects,
        "more_comparisons": round(found.effect.n / now * subjects),
        "more_judgments": round(judgments / now * subjects),
        "price": round(hours / now * subjects * dataset.facts.pay_per_hour, 2) if milliseconds else None,
    }


def _effort(dataset: Dataset) -> tuple[int, float]:
    """Counted judgments of stage 3 and the active time they took; a page's time is counted once."""
    judged = dataset.tables["judgments"]
    of_stage = as_array(judged.column("stage")) == 3
    counted = of_stage & as_array(judged.column("counted"))
    pages = judged.column("assignment_id").combine_chunks().dictionary_encode().indices
    place = as_array(pages.fill_null(-1)) if len(pages) else np.zeros(0)
    first = np.unique(place[counted], return_index=True)[1]
    spent = as_array(judged.column("active_ms")).astype(np.float64)[counted][first]
    return int(counted.sum()), float(np.nansum(spent))


def _sentence(enough: int, now: int, needs: dict[str, Any]) -> str:
    if enough <= now:
        return "The data at hand settle the question with a chance of at least 80 %, if the study were done again."
    return (
        f"About {needs['more_subjects']} more subjects ({needs['more_comparisons']} comparisons, "
        f"{needs['more_judgments']} judgments) would settle it with a chance of 80 %, if they are like those so far."
    )
