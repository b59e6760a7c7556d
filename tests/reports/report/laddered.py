"""Ratings of three arms of a system, without a database: what the ladder is computed from."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from reports.dataset.arms import ComparedArm, SilentComparison
from reports.dataset.frames import Frame
from reports.report.figures.ladder import ladders_figures
from reports.stats.consensus import ConsensusLabels
from reports.stats.decision import NO_CONTROLS, Controls
from reports.stats.ratings import Ratings

SUBJECTS, PROMPTS, RATERS = 12, 11, 9
CASES = SUBJECTS * PROMPTS


@dataclass
class Facts:
    margin: float = 0.25


@dataclass
class Judged:
    """As much of a dataset as a ladder looks at. ``named``: pages of stage 1 on which something was missing."""

    facts: Facts = field(default_factory=Facts)
    conversations: int = 5
    named: Sequence[str] = ()

    @property
    def tables(self) -> dict[str, pa.Table]:
        pages = len(self.named)
        subjects = {
            "subject_key": [f"s{each}" for each in range(SUBJECTS)],
            "subject_origin": ["real"] * SUBJECTS,
            "conversations": [self.conversations] * SUBJECTS,
            "stated_conversations": pa.nulls(SUBJECTS, pa.int64()),
        }
        judgments = {
            "stage": pa.array([1] * 2 * pages, pa.int64()),
            "counted": pa.array([True] * 2 * pages, pa.bool_()),
            "assignment_id": pa.array([f"a{each // 2}" for each in range(2 * pages)], pa.string()),
            "rater_key": pa.array([f"r{each // 2 % 3}" for each in range(2 * pages)], pa.string()),
            "unit_id": pa.array(range(2 * pages), pa.int64()),
            "missing_attributes": pa.array([self.named[each // 2] for each in range(2 * pages)], pa.string()),
        }
        items = {
            "unit_id": pa.array(range(2 * pages), pa.int64()),
            "subject_key": pa.array([f"s{each // 2}" for each in range(2 * pages)], pa.string()),
        }
        return {"subjects": pa.table(subjects), "judgments": pa.table(judgments), "items": pa.table(items)}


def judged(*effects: float, raters: int = RATERS, spread: float = 0.25, waiting: int = 0) -> Frame:
    """A comparison of every subject and prompt for each arm, judged by three. The last ``waiting`` of an arm are open."""
    chance, arms = np.random.default_rng(5), len(effects)
    units = CASES * arms
    arm, case = np.divmod(np.arange(units), CASES)
    unit = np.repeat(np.flatnonzero(case < CASES - waiting), 3)
    rater = np.array([chance.permutation(raters)[:3] for _ in range(len(unit) // 3)], dtype=np.int64).ravel()
    drawn = 3 + np.array(effects)[arm[unit]] + chance.normal(0, spread, len(unit))
    label = np.clip(np.floor(drawn + chance.uniform(size=len(unit))), 1, 5)
    keys = np.array([f"s{each}" for each in range(SUBJECTS)], dtype=object)
    ratings = Ratings(unit, rater, label, case // PROMPTS, np.arange(units), np.arange(raters), keys)
    items = pa.table(
        {
            "attribute_id": pa.nulls(units, pa.int64()),
            "prompt_id": [f"p{each}" for each in case % PROMPTS],
            "comparison_id": np.arange(units),
            "case_id": 100 + case,
            "withdrawn": pa.array([False] * units),
        }
    )
    known = case < CASES - waiting
    kind = np.array(["human"] * raters, dtype=object)
    consensus = ConsensusLabels(np.full(units, 3.0), known, np.full(units, 3))
    return Frame(3, ratings, kind, kind, consensus, ~known, items)


def arm(policy: str, place: int, *, system: str = "memory", settings: str = "{}", silent: int = 0) -> ComparedArm:
    """The last ``silent`` cases of it are ties instead."""
    facts = {"response_system": system, "arm_policy": policy, "arm_settings": settings, "arm_name": None}
    comparisons = np.arange(CASES - silent) + place * CASES
    ties = [
        SilentComparison(f"s{case // PROMPTS}", f"p{case % PROMPTS}", 100 + case)
        for case in range(CASES - silent, CASES)
    ]
    return ComparedArm(f"{system} ({policy} {settings})", policy, facts, comparisons, ties)


def arms(*policies: str, silent: Sequence[int] = (0, 0, 0)) -> list[ComparedArm]:
    return [
        arm(policy, place, silent=quiet) for place, (policy, quiet) in enumerate(zip(policies, silent, strict=False))
    ]


def figures(
    frame: Frame,
    its: Sequence[ComparedArm],
    relevant: str = "better",
    *,
    controls: Controls = NO_CONTROLS,
    **facts: Any,
) -> dict[str, Any]:
    head = {"arms": [{"name": each.name, "word": relevant} for each in its], "contrasts": []}
    dataset: Any = Judged(**facts)
    (found,) = ladders_figures(dataset, frame, its, head, controls)
    return found
