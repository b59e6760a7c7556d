"""What pools arms says so: docs/protocol.md, Terms."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from reports.dataset.arms import ComparedArm, settings_of
from reports.dataset.frames import Frame, overall_units
from reports.stats.ratings import Flags

NAMED_AT_MOST = 6


def units_of(arm: ComparedArm, frame: Frame) -> Flags:
    """Of stage 3."""
    found: Flags = np.isin(frame.of_unit("comparison_id"), arm.comparisons)
    return found


def arm_figures(arms: Sequence[ComparedArm], frame: Frame) -> list[dict[str, Any]]:
    """What each arm is. Without ids: they are others after an import."""
    judged = frame.consensus.known & overall_units(frame)
    return [
        {
            "name": arm.name,
            "system": arm.system,
            "arm": arm.facts["arm_name"],
            "policy": arm.facts["arm_policy"],
            "selection_of": arm.facts["arm_selection_of"],
            "settings": settings_of(arm.facts),
            "comparisons": len(arm.comparisons),
            "judged": int((judged & units_of(arm, frame)).sum()),
            "silent": len(arm.silent),
        }
        for arm in arms
    ]


def pooled_sentence(arms: Sequence[dict[str, Any]]) -> str:
    """The word without which no figure pools arms; empty where it pools none."""
    judged = [arm for arm in arms if arm["judged"]]
    if len(judged) < 2:
        return ""
    shown = [f"{arm['name']}: {arm['judged']}" for arm in judged[:NAMED_AT_MOST]]
    if len(judged) > NAMED_AT_MOST:
        shown.append(f"{len(judged) - NAMED_AT_MOST} more")
    return (
        f"Figures of all comparisons together pool {len(judged)} arms, which are different treatments "
        f"({'; '.join(shown)} comparisons). The report can be looked at for each alone."
    )
