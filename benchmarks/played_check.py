"""The effect of a study from its exported judgments, by numpy alone: nothing of the product's own statistics is used.

    python -m benchmarks.played_check judgments.jsonl

docs/protocol.md, What the report answers, 5: the overall unit's mean for each comparison, averaged within subject, minus 3.
"""

import argparse
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np


@dataclass(frozen=True, slots=True)
class Checked:
    """``effect`` in points; ``error``: its standard error over subjects alone, these raters and prompts kept."""

    effect: float
    error: float
    ratings: int
    comparisons: int
    subjects: int
    raters: int
    prompts: int


def check(path: Path) -> Checked:
    """Of counted human ratings of whole comparisons at stage 3; refuses a file that has none."""
    with path.open(encoding="utf-8") as file:
        rows = [row for row in map(json.loads, file) if _counts(row)]
    if not rows:
        raise SystemExit(f"{path} has no counted human rating of a whole comparison.")
    labels = np.array([row["answer_recoded"] for row in rows], dtype=float)
    cases, of_case = np.unique([f"{row['subject_key']} {row['prompt_id']}" for row in rows], return_inverse=True)
    subject_of_case = np.array([name.split(" ")[0] for name in cases])
    means = np.bincount(of_case, labels) / np.bincount(of_case)
    of_subjects = np.array([means[subject_of_case == name].mean() for name in np.unique(subject_of_case)]) - 3
    error = of_subjects.std(ddof=1) / np.sqrt(len(of_subjects))
    raters, prompts = ({row[name] for row in rows} for name in ("rater_key", "prompt_id"))
    counts = len(rows), len(cases), len(of_subjects), len(raters), len(prompts)
    return Checked(float(of_subjects.mean()), float(error), *counts)


def _counts(row: Mapping[str, Any]) -> bool:
    return bool(row["stage"] == 3 and row["attribute_id"] is None and row["counted"] and row["rater_kind"] == "human")


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("file", type=Path, help="an export of judgments as JSONL")
    print(check(asked.parse_args().file))
