"""Is personalizing worth it, and where does it break? docs/protocol.md, What the report must answer, 4 and 5."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from pyarrow import compute

from reports.dataset.dataset import Dataset
from reports.dataset.frames import Frame, overall_units
from reports.report.figures.response import NO_DIFFERENCE, by_subject
from reports.stats.decision import FEWEST_SUBJECTS, REAL_CONVERSATIONS, Word, decide
from reports.stats.estimate import Estimate
from reports.stats.ratings import Flags
from reports.stats.resampling import Resampling, mean_of, two_way
from reports.stats.variance import rater_noise

type Floats = npt.NDArray[np.float64]

SENTENCES = {
    Word.BETTER: "People find the personalized responses better than the generic ones.",
    Word.WORSE: "People find the personalized responses worse than the generic ones.",
    Word.NO_MEANINGFUL_DIFFERENCE: "Whatever difference there is, it is smaller than what matters in this study.",
    Word.NO_DIFFERENCE_SEEN: "Raters saw no difference that matters. Whether they would have noticed one is not known.",
    Word.NOT_ENOUGH: "There is not enough evidence yet to say whether personalizing helps.",
    Word.COULD_NOT_TELL: "There is no result: raters missed planted differences that are there.",
}


@dataclass(frozen=True, slots=True, eq=False)
class VerdictEvidence:
    """``of_subjects``: each subject's mean effect, in points of the 1-5 scale, 0 = no difference.

    ``raters_each``: how many humans judged a comparison, on average; ``rater_noise``: their part in the variance of
    ``of_subjects``.
    """

    effect: Estimate
    effect_90: Estimate
    effect_two_way: Estimate
    of_subjects: Floats
    raters_each: float
    rater_noise: Estimate
    real_conversations: int
    margin: float

    @property
    def suffices(self) -> bool:
        """Whether a verdict may be given at all."""
        return self.real_conversations >= REAL_CONVERSATIONS and len(self.of_subjects) >= FEWEST_SUBJECTS


def evidence(dataset: Dataset, frame: Frame, resampling: Resampling) -> VerdictEvidence:
    """The primary endpoint: the overall unit's mean of each comparison, averaged within subject, minus 3."""
    known = overall_units(frame) & frame.consensus.known
    subject = frame.ratings.subject[known]
    sums = by_subject([frame.consensus.label[known]], subject, frame.ratings.subjects)
    counted = sums[:, 1] > 0
    of_subjects = sums[counted, 0] / sums[counted, 1] - NO_DIFFERENCE
    each = np.stack([of_subjects, np.ones(len(of_subjects))], axis=1)
    effect, effect_90 = (
        resampling.statistic(each, lambda total: mean_of(total[..., 0], total[..., 1]), n=int(known.sum()), level=level)
        for level in (0.95, 0.90)
    )
    rows = frame.human.of_units(known)
    judged = set(frame.ratings.subject_keys[np.unique(subject)].tolist())
    return VerdictEvidence(
        effect,
        effect_90,
        _over_raters_too(frame, known, resampling.seed),
        of_subjects,
        len(rows) / max(int(known.sum()), 1),
        rater_noise(rows),
        real_conversations(dataset, judged),
        dataset.facts.margin,
    )


def _over_raters_too(frame: Frame, known: Flags, seed: int) -> Estimate:
    """The same effect with an interval for other raters as well. Each subject weighs the same, as above."""
    rows = frame.human.of_units(known)
    subject = rows.subject[rows.unit]
    ratings = np.bincount(rows.unit, minlength=rows.units)
    comparisons = np.bincount(rows.subject[ratings > 0], minlength=rows.subjects)
    weight = 1 / (ratings[rows.unit] * comparisons[subject])
    cell, shape = subject * rows.raters + rows.rater, (rows.subjects, rows.raters)
    size = rows.subjects * rows.raters
    sums = np.bincount(cell, weights=weight * (rows.label - NO_DIFFERENCE), minlength=size).reshape(shape)
    counts = np.bincount(cell, weights=weight, minlength=size).reshape(shape)
    return two_way(sums, counts, seed=seed, n=len(rows))


def real_conversations(dataset: Dataset, judged: set[str]) -> int:
    """Conversations of origin real behind the judged units; stated ones where no transcripts were uploaded."""
    table = dataset.tables["subjects"]
    rows = table.filter(compute.equal(table.column("subject_origin"), "real")).to_pylist()
    return sum(row["conversations"] or row["stated_conversations"] or 0 for row in rows if row["subject_key"] in judged)


def verdict_figures(found: VerdictEvidence, harm: dict[str, Any] | None, pooled: str) -> dict[str, Any]:
    """``pooled``: what is said where the comparisons are of several arms."""
    word = decide(found.effect, found.effect_90, found.margin) if found.suffices else Word.NOT_ENOUGH
    return {
        "word": word.value,
        "sentence": SENTENCES[word],
        "evidence": [*_sentences(found), *filter(None, [pooled])],
        "pooled": pooled,
        "effect": found.effect.as_json(),
        "effect_90": found.effect_90.as_json(),
        "effect_two_way": found.effect_two_way.as_json(),
        "margin": found.margin,
        "harm": harm,
        "real_conversations": found.real_conversations,
        "real_conversations_needed": REAL_CONVERSATIONS,
    }


def _sentences(found: VerdictEvidence) -> list[str]:
    sentences = []
    if found.effect.value is None:
        sentences.append("No comparison has been judged by a human yet.")
    else:
        points = f"{found.effect.value:+.2f} points on the 1-5 scale"
        interval = (
            f", 95 % interval {found.effect.low:+.2f} to {found.effect.high:+.2f}"
            if found.effect.low is not None
            else ", from one subject only, so without an interval"
        )
        sentences.append(
            f"On average over {found.effect.clusters} subjects and {found.effect.n} comparisons the personalized "
            f"response is rated {points} from no difference{interval}."
        )
        sentences.append(f"A difference of less than {found.margin:.2f} points counts as meaningless in this study.")
    if 0 < len(found.of_subjects) < FEWEST_SUBJECTS:
        sentences.append(f"A verdict needs at least {FEWEST_SUBJECTS} subjects; there are {len(found.of_subjects)}.")
    if found.real_conversations < REAL_CONVERSATIONS:
        sentences.append(
            f"Only {found.real_conversations} real conversations stand behind the judged units; "
            f"with fewer than {REAL_CONVERSATIONS} there is never enough evidence."
        )
    return sentences
