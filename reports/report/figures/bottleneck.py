"""At which stage does it break? The relative gap to the human ceiling of each stage (docs/protocol.md, item 4)."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from reports.dataset.dataset import Dataset
from reports.dataset.frames import Frame, overall_units
from reports.report.figures.relevance import YES, selections
from reports.report.figures.response import NO_DIFFERENCE, ROUNDING, by_subject
from reports.stats.classification import ceiling_of, compare, f1_of
from reports.stats.estimate import Estimate
from reports.stats.resampling import Resampling, mean_of

type Floats = npt.NDArray[np.float64]

NAMES = ("extraction", "selection", "response")  # of what can be lost at each stage, in their order
SPREAD, UNKNOWN = "spread over stages", "unknown"
NOT_JUDGED = "This stage has no consensus yet."
NO_SYSTEM = "No system has said which attributes it would use."


@dataclass(frozen=True, slots=True)
class Gap:
    stage: int
    value: Estimate
    ceiling: Estimate
    gap: Estimate

    @property
    def name(self) -> str:
        return NAMES[self.stage - 1]

    def as_json(self) -> dict[str, Any]:
        return {
            "stage": self.stage,
            "name": self.name,
            "value": self.value.as_json(),
            "ceiling": self.ceiling.as_json(),
            "gap": self.gap.as_json(),
        }


def bottleneck_figures(
    dataset: Dataset, frames: dict[int, Frame], resampling: Resampling, pooled: str
) -> dict[str, Any]:
    """``pooled``: what is said where the comparisons are of several arms."""
    gaps = [
        _extraction(frames.get(1), resampling),
        _selection(dataset, frames.get(2), resampling),
        _response(frames.get(3), resampling),
    ]
    word = _word(gaps)
    return {
        "word": word,
        "sentence": _sentence(word, gaps),
        "pooled": [*filter(None, [_pooled_selections(dataset, frames.get(2)), pooled])],
        "stages": [gap.as_json() for gap in gaps],
    }


def _pooled_selections(dataset: Dataset, frame: Frame | None) -> str:
    """Several systems' selections make one figure here; the word for that."""
    names = [] if frame is None else list(selections(dataset, frame))
    if len(names) < 2:
        return ""
    return f"F1 of selection pools what {len(names)} systems selected: {', '.join(names[:-1])} and {names[-1]}."


def _extraction(frame: Frame | None, resampling: Resampling) -> Gap:
    """Value: the share of attributes accepted. Ceiling: 1."""
    if frame is None or not frame.consensus.known.any():
        return _missing(1, NOT_JUDGED)
    known = frame.consensus.known
    return _share(1, frame, known, frame.consensus.label[known] == 1, resampling)


def _response(frame: Frame | None, resampling: Resampling) -> Gap:
    """Value: the share of comparisons rated better. Ceiling: 1."""
    known = None if frame is None else frame.consensus.known & overall_units(frame)
    if frame is None or known is None or not known.any():
        return _missing(3, NOT_JUDGED)
    return _share(3, frame, known, frame.consensus.label[known] > NO_DIFFERENCE + ROUNDING, resampling)


def _share(stage: int, frame: Frame, known: Any, hits: Any, resampling: Resampling) -> Gap:
    sums = by_subject([hits], frame.ratings.subject[known], frame.ratings.subjects)
    n = int(known.sum())
    value = resampling.statistic(sums, lambda total: mean_of(total[..., 0], total[..., 1]), n=n)
    gap = resampling.statistic(sums, lambda total: 1 - mean_of(total[..., 0], total[..., 1]), n=n)
    return Gap(stage, value, Estimate(value=1.0, n=n), gap)


def _selection(dataset: Dataset, frame: Frame | None, resampling: Resampling) -> Gap:
    """Value: F1 of the systems' selection. Ceiling: the humans' mean leave-one-out F1. Both over the same resamples."""
    if frame is None or not frame.consensus.known.any():
        return _missing(2, NOT_JUDGED)
    chosen = list(selections(dataset, frame).values())
    if not chosen:
        return _missing(2, NO_SYSTEM)
    counts = np.sum([_confusion(frame, selected) for selected in chosen], axis=0)
    humans = compare(frame.ratings, frame.consensus, frame.raters_of("human"), positive=YES).ceiling_by_subject()
    both = np.concatenate([counts[:, None, :], humans], axis=1)  # subjects x (system, each human) x 4
    n = int(counts.sum())
    value = resampling.statistic(both, lambda total: f1_of(total[..., 0, :]), n=n)
    ceiling = resampling.statistic(both, lambda total: ceiling_of(total[..., 1:, :]), n=n)
    gap = resampling.statistic(both, _relative_gap, n=n)
    return Gap(2, value, ceiling, gap)


def _relative_gap(total: Floats) -> Floats:
    ceiling = ceiling_of(total[..., 1:, :])
    return mean_of(ceiling - f1_of(total[..., 0, :]), np.where(np.isnan(ceiling), 0, ceiling))


def _confusion(frame: Frame, selected: Floats) -> Floats:
    known = np.isfinite(selected) & frame.consensus.known
    cell = frame.ratings.subject * 4 + 2 * (selected == 1) + (frame.consensus.label == YES)
    return np.bincount(cell[known], minlength=frame.ratings.subjects * 4).reshape(-1, 4).astype(np.float64)


def _missing(stage: int, reason: str) -> Gap:
    nothing = Estimate.undefined(reason)
    return Gap(stage, nothing, nothing, nothing)


def _word(gaps: list[Gap]) -> str:
    """The stage with the largest gap, if its interval lies above those of the others."""
    known = [gap for gap in gaps if gap.gap.value is not None and gap.gap.low is not None]
    if len(known) < len(gaps):
        return UNKNOWN
    largest = max(known, key=lambda gap: gap.gap.value or 0)
    others = [gap for gap in known if gap is not largest]
    apart = all((largest.gap.low or 0) > (other.gap.high or 0) for other in others)
    return largest.name if apart else SPREAD


def _sentence(word: str, gaps: list[Gap]) -> str:
    if word == UNKNOWN:
        lacking = [gap.name for gap in gaps if gap.gap.value is None or gap.gap.low is None]
        return f"The bottleneck can't be named yet: {' and '.join(lacking)} can't be measured so far."
    if word == SPREAD:
        return "The loss is spread over the stages: their intervals overlap, so no single one can be called the bottleneck."
    worst = next(gap for gap in gaps if gap.name == word)
    lost = round(100 * (worst.gap.value or 0))
    return f"Most is lost at {word}: {lost} % of what people's own agreement says is possible there."
