"""At which stage does it break? The relative gap to the human ceiling of each stage (docs/protocol.md, item 4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from django.utils.text import get_text_list

from reports.dataset.dataset import Dataset
from reports.dataset.frames import Frame, overall_units
from reports.report.figures.extraction import ACCEPT
from reports.report.figures.outcomes import Outcomes
from reports.report.figures.relevance import YES, selections
from reports.report.figures.samples import Samples
from reports.stats.ceiling import against_others
from reports.stats.classification import confusion_columns, f1_of
from reports.stats.crossing import SHARE, estimate
from reports.stats.estimate import Estimate

type Floats = npt.NDArray[np.float64]

NAMES = ("extraction", "selection", "response")  # of what can be lost at each stage, in their order
LADDER, GAPS = "ladder", "gaps"  # what the word rests on
SPREAD, UNKNOWN = "spread over stages", "unknown"
NOT_JUDGED = "This stage has no consensus yet."
BY_DEFINITION = "The best possible is 1 by definition."
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
    dataset: Dataset, frames: dict[int, Frame], pooled: str, ladders: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    """``pooled``: what is said where the comparisons are of several arms. Where a whole ladder is there it has the word,
    for it measures what fixing a stage is worth; gaps only say how far each stage is from its best.
    """
    gaps = [
        _extraction(frames.get(1)),
        _selection(dataset, frames.get(2)),
        _response(frames.get(3)),
    ]
    word = _word(gaps)
    whole = [ladder for ladder in ladders if ladder["word"] is not None]
    return {
        "evidence": LADDER if whole else GAPS,
        "word": _words_of(whole) if whole else word,
        "sentence": " ".join(ladder["sentence"] for ladder in whole) if whole else _sentence(word, gaps),
        "ladders": list(ladders),
        "by_gaps": {"word": word, "sentence": _sentence(word, gaps)},
        "pooled": [*filter(None, [_pooled_selections(dataset, frames.get(2)), pooled])],
        "stages": [gap.as_json() for gap in gaps],
    }


def _words_of(ladders: Sequence[dict[str, Any]]) -> str:
    if len(ladders) == 1:
        return str(ladders[0]["word"])
    return "; ".join(f"{ladder['system']}: {ladder['word']}" for ladder in ladders)


def _pooled_selections(dataset: Dataset, frame: Frame | None) -> str:
    """Several systems' selections make one figure here; the word for that."""
    names = [] if frame is None else list(selections(dataset, frame))
    if len(names) < 2:
        return ""
    return f"F1 of selection pools what {len(names)} systems selected: {', '.join(names[:-1])} and {names[-1]}."


def _extraction(frame: Frame | None) -> Gap:
    """Value: the share of attributes accepted. Best possible: 1."""
    if frame is None or not frame.consensus.known.any():
        return _missing(1, NOT_JUDGED)
    place = frame.scale.index(ACCEPT)
    return _share(1, Samples.of(frame).consensus_shares(frame.consensus.known)[place])


def _response(frame: Frame | None) -> Gap:
    """Value: the share of comparisons rated better. Best possible: 1."""
    known = None if frame is None else frame.consensus.known & overall_units(frame)
    if frame is None or known is None or not known.any():
        return _missing(3, NOT_JUDGED)
    _mean, better, *_rest = Outcomes(Samples.of(frame)).averages(known)
    return _share(3, better)


def _share(stage: int, value: Estimate) -> Gap:
    """The gap to 1 has the interval of the value, turned round."""
    return Gap(stage, value, Estimate(value=1.0, n=value.n, no_interval=BY_DEFINITION), value.complement())


def _selection(dataset: Dataset, frame: Frame | None) -> Gap:
    """Value: F1 of the systems' selection. Ceiling: F1 of one human. Both against the same references, over the same samples."""
    if frame is None or not frame.consensus.known.any():
        return _missing(2, NOT_JUDGED)
    chosen = list(selections(dataset, frame).values())
    if not chosen:
        return _missing(2, NO_SYSTEM)
    samples = Samples.of(frame)
    found = against_others(frame.human, chosen, samples.units)
    if found.system.value is not None:
        return Gap(2, found.system, found.human, found.gap)
    return Gap(2, _against_consensus(samples, chosen), found.human, Estimate.undefined(found.human.reason))


def _against_consensus(samples: Samples, chosen: list[Floats]) -> Estimate:
    """Against a panel, or one human for each unit: F1 alone, for there is no ceiling."""
    consensus = samples.frame.consensus
    units = [np.flatnonzero(np.isfinite(each) & consensus.known) for each in chosen]
    unit = np.concatenate(units)
    said = np.concatenate([each[of] == 1 for each, of in zip(chosen, units, strict=True)])
    sums = samples.units.rows(unit).sums(confusion_columns(said, consensus.label[unit] == YES))
    return estimate(sums, f1_of, n=len(unit), within=SHARE)


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
        return f"The bottleneck can't be named yet: {get_text_list(lacking, 'and')} can't be measured so far."
    if word == SPREAD:
        return "What is missing is spread over the stages: their intervals overlap, so no single one can be called the bottleneck."
    worst = next(gap for gap in gaps if gap.name == word)
    missing = round(100 * (worst.gap.value or 0))
    return f"Most is missing at {word}: {missing} % of the best possible there."
