"""Frames of arms with known effects, and as much of a dataset as a verdict looks at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from reports.dataset.arms import ComparedArm, SilentComparison
from reports.dataset.frames import Frame
from reports.report.figures.verdict import verdict_figures
from reports.report.figures.weighing import Weighed, of_all, weighed_arms, weighed_contrasts
from reports.stats.consensus import ConsensusLabels
from reports.stats.decision import NO_CONTROLS, Controls
from reports.stats.ratings import Flags, Ratings

SUBJECTS, PROMPTS = 12, 11
MARGIN = 0.25


@dataclass
class Facts:
    margin: float


@dataclass
class Material:
    """Every subject has so many real conversations."""

    conversations: int = 5
    margin: float = MARGIN

    @property
    def facts(self) -> Facts:
        return Facts(self.margin)

    @property
    def tables(self) -> dict[str, pa.Table]:
        columns: dict[str, list[Any]] = {
            "subject_key": [f"s{each}" for each in range(SUBJECTS)],
            "subject_origin": ["real"] * SUBJECTS,
            "conversations": [self.conversations] * SUBJECTS,
            "stated_conversations": [None] * SUBJECTS,
        }
        return {"subjects": pa.table(columns)}


def frame(*effects: float, raters: int = 8, prompts: int = PROMPTS, spread: float = 0.5) -> Frame:
    """A comparison of every subject and prompt for each arm, judged by three raters; an effect for each arm."""
    chance, arms = np.random.default_rng(5), len(effects)
    units = SUBJECTS * prompts * arms
    arm, pair = np.divmod(np.arange(units), SUBJECTS * prompts)
    unit = np.repeat(np.arange(units), 3)
    rater = np.concatenate([chance.permutation(raters)[:3] for _ in range(units)])
    drawn = 3 + np.array(effects)[arm[unit]] + chance.normal(0, spread, len(unit))
    label = np.clip(np.floor(drawn + chance.uniform(size=len(unit))), 1, 5) if spread else drawn
    keys = np.array([f"s{each}" for each in range(SUBJECTS)], dtype=object)
    ratings = Ratings(unit, rater, label, pair // prompts, np.arange(units), np.arange(raters), keys)
    known = np.ones(units, dtype=np.bool_)
    items = pa.table(
        {
            "attribute_id": pa.nulls(units, pa.int64()),
            "prompt_id": [f"p{each}" for each in pair % prompts],
            "comparison_id": np.arange(units),
            "case_id": pair,
            "withdrawn": ~known,
        }
    )
    kind = np.array(["human"] * raters, dtype=object)
    return Frame(3, ratings, kind, kind, ConsensusLabels(np.full(units, 3.0), known, np.full(units, 3)), ~known, items)


def only_asked(judged: Frame, asked: Flags) -> Frame:
    """The other units are judged by nobody, and nobody is asked about them."""
    kept = judged.units(asked)
    place = kept.items.column_names.index("withdrawn")
    return replace(kept, items=kept.items.set_column(place, "withdrawn", pa.array(~asked)))


def silent(cases: Sequence[int], *, prompts: int = PROMPTS) -> tuple[SilentComparison, ...]:
    return tuple(SilentComparison(f"s{each // prompts}", f"p{each % prompts}", each) for each in cases)


def arms_of_frame(judged: Frame, arms: int, of_silent: Sequence[Sequence[int]] = ()) -> list[ComparedArm]:
    """``of_silent``: the cases on which each arm is silent."""
    each = np.array_split(np.arange(judged.ratings.units), arms)
    quiet = [silent(cases) for cases in of_silent] or [()] * arms
    return [
        ComparedArm(f"memory {place}", f"{place}", {"response_system": f"memory {place}"}, units, its_silent)
        for place, (units, its_silent) in enumerate(zip(each, quiet, strict=True), start=1)
    ]


def contrasts_of(judged: Frame, arms: int) -> list[Weighed]:
    dataset: Any = Material()
    return weighed_contrasts(dataset, judged, weighed_arms(dataset, judged, arms_of_frame(judged, arms), NO_CONTROLS))


def verdict(
    judged: Frame,
    dataset: Any = None,
    *,
    arms: int = 1,
    of_silent: Sequence[Sequence[int]] = (),
    controls: Controls = NO_CONTROLS,
    plans: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    dataset = dataset or Material()
    weighed = weighed_arms(dataset, judged, arms_of_frame(judged, arms, of_silent), controls)
    contrasts = weighed_contrasts(dataset, judged, weighed)
    return verdict_figures(of_all(dataset, judged, controls), weighed, contrasts, None, plans or {})
