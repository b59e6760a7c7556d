"""Arms, contrasts and sensitivity of a played study from its exported judgments, by numpy alone.

Nothing of the product's own statistics is used. docs/protocol.md, What the report answers, 5: the overall unit's mean for each comparison, a
silent case 0, averaged within subject, minus 3; of two arms the difference within the case; of controls the points towards the right answer.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.played_arms_material import PlayedArm, matters

SAME = 1e-9  # points
# As the report tells the arms of one system apart.
POLICIES = {
    "own": "its own selection",
    "accepted": "accepted attributes, selected anew",
    "relevant": "relevant attributes",
    "all": "all attributes",
}

type Case = tuple[str, str]  # subject, prompt
type Effects = dict[Case, float]


def differences(figures: Mapping[str, Any], judgments: Path, arms_played: Sequence[PlayedArm]) -> list[str]:
    """What the report says and the export does not, in words."""
    rows = _rows(judgments)
    arms, verdict = _arms(rows, arms_played), figures["verdict"]
    said = {arm["name"]: arm for arm in verdict["arms"] or [verdict]}
    wrong = [] if len(said) == len(arms) else [f"arms: {sorted(said)} and {sorted(arms)}"]
    for name, arm in said.items():
        effects = _of(arms, name)
        wrong += _differ(f"effect of {name}", arm["effect"]["value"], _mean(effects))
    for contrast in verdict["contrasts"]:
        first, second = _of(arms, contrast["first"]), _of(arms, contrast["second"])
        both = {case: first[case] - second[case] for case in first.keys() & second.keys()}
        wrong += _differ(f"{contrast['title']}", contrast["effect"]["value"], _mean(both))
    return [*wrong, *_differ("sensitivity", verdict["controls"]["sensitivity"]["value"], _sensitivity(rows))]


def _rows(path: Path) -> list[dict[str, Any]]:
    """Every human answer about two responses as a whole."""
    with path.open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    return [row for row in rows if row["stage"] == 3 and row["attribute_id"] is None and row["rater_kind"] == "human"]


def _arms(rows: list[dict[str, Any]], played: Sequence[PlayedArm]) -> dict[str, Effects]:
    """By system and policy: what each case came to, silent ones at 0."""
    labels: dict[tuple[str, str], dict[Case, list[int]]] = {(arm.system, arm.policy): {} for arm in played}
    for row in rows:
        if row["counted"]:
            of_arm = labels[row["response_system"], row["arm"]]
            of_arm.setdefault((row["subject_key"], row["prompt_id"]), []).append(row["answer_recoded"])
    everywhere = set().union(*labels.values())
    found: dict[str, Effects] = {}
    for arm in played:
        effects = {case: float(np.mean(given)) - 3 for case, given in labels[arm.system, arm.policy].items()}
        silent = {case: 0.0 for case in everywhere if arm.only_relevant and not matters(int(case[1].removeprefix("p")))}
        found[f"{arm.system} ({POLICIES[arm.policy]})"] = silent | effects
    return found


def _of(arms: Mapping[str, Effects], name: str) -> Effects:
    """A system's only arm has the system's name."""
    return next(effects for known, effects in arms.items() if name in {known, known.split(" (")[0]})


def _mean(effects: Effects) -> float:
    """Within subject first."""
    subjects = sorted({subject for subject, _prompt in effects})
    of_subjects = [np.mean([value for (subject, _), value in effects.items() if subject == each]) for each in subjects]
    return float(np.mean(of_subjects))


def _sensitivity(rows: list[dict[str, Any]]) -> float | None:
    given = [row["answer_recoded"] - 3 for row in rows if row["is_control"] and row["presentation"] == 0]
    return float(np.mean(given)) if given else None


def _differ(what: str, said: float | None, found: float | None) -> Iterator[str]:
    if (said is None) != (found is None) or (said is not None and found is not None and abs(said - found) > SAME):
        yield f"{what}: the report says {said}, the export {found}"
