"""What a whole report costs where all three stages are judged by people and LLMs: about one million judgments.

    YARDSTICK_SECRET_KEY=... python benchmarks/report_stages.py [--subjects 1000]

The dataset is made up in memory; ``benchmarks/report_1m.py`` has the cost of reading one from the database. Exits with 1
if the figures take 10 s or more, or the process ever needs 1 GB.

Last figures (2 cores): 948,000 judgments, 40 topics, 12 batches: all figures 5.5 s, no more than the 901 MB that it took
to make the dataset up.
"""

import argparse
import cProfile
import os
import pstats
import resource
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import django
import numpy as np
import pyarrow as pa

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yardstick.settings")
django.setup()

from reports.dataset.dataset import Dataset  # noqa: E402 - Django must be set up first
from reports.dataset.study_facts import StageFacts, StudyFacts  # noqa: E402
from reports.dataset.tables import TABLES  # noqa: E402
from reports.report.figures.report import report_figures  # noqa: E402

SECONDS, MEGABYTES = 10, 1000
RATERS, EACH, MODELS = 500, 3, 3
PROMPTS, ATTRIBUTES, RELEVANT, GIVEN, SYSTEMS = 4, 20, 12, 4, 3
TOPICS, TYPES, BATCHES = 40, 8, 12
LABELS = {1: (1, 4), 2: (0, 2), 3: (1, 6)}

type Columns = dict[str, Any]


def made_up(subjects: int) -> Dataset:
    chance = np.random.default_rng(1)
    items = _items(subjects)
    judgments = _judgments(items, chance)
    units = len(items["unit_id"])
    comparisons = subjects * PROMPTS * SYSTEMS
    case = np.arange(subjects * PROMPTS)
    tables: dict[str, Columns] = {
        "items": items,
        "judgments": judgments,
        "consensus": {
            "unit_id": items["unit_id"],
            "stage": items["stage"],
            "consensus": _consensus(units, judgments, items["stage"]),
            "raters": np.full(units, EACH),
            "provisional": np.zeros(units, dtype=bool),
        },
        "comparisons": {
            "comparison_id": np.arange(comparisons),
            "case_id": np.arange(comparisons) // SYSTEMS,
            "subject_key": _keys("subject", np.arange(comparisons) // (SYSTEMS * PROMPTS)),
            "prompt_id": _keys("prompt", np.arange(comparisons) // SYSTEMS),
            "response_system": _keys("system", np.arange(comparisons) % SYSTEMS),
            **{
                f"{kind}_{what}": chance.integers(100, 2000, comparisons)
                for kind in ("generic", "personalized")
                for what in ("characters", "tokens", "latency_ms")
            },
            "identical": np.zeros(comparisons, dtype=bool),
            "leak_reasons": ["[]"] * comparisons,
            "released": np.zeros(comparisons, dtype=bool),
            "withdrawn": np.zeros(comparisons, dtype=bool),
        },
        "selections": {
            "system": _keys("system", np.tile(np.arange(SYSTEMS), len(case) * RELEVANT)),
            "case_id": np.repeat(case, RELEVANT * SYSTEMS),
            "subject_key": _keys("subject", np.repeat(case, RELEVANT * SYSTEMS) // PROMPTS),
            "attribute_id": np.repeat((case // PROMPTS * ATTRIBUTES)[:, None] + np.arange(RELEVANT), SYSTEMS),
            "selected": chance.random(len(case) * RELEVANT * SYSTEMS) < 0.5,
        },
        "selection_records": {
            "system": _keys("system", np.tile(np.arange(SYSTEMS), len(case))),
            "case_id": np.repeat(case, SYSTEMS),
            "subject_key": _keys("subject", np.repeat(case, SYSTEMS) // PROMPTS),
        },
        "subjects": {
            "subject_key": _keys("subject", np.arange(subjects)),
            "subject_origin": ["real"] * subjects,
            "conversations": np.full(subjects, 3),
        },
        "raters": {
            "rater_key": _keys("rater", np.arange(RATERS + MODELS)),
            "rater_kind": ["human"] * RATERS + ["model"] * MODELS,
            "rater_name": [None] * RATERS + [f"model {number}" for number in range(MODELS)],
        },
        "silent_cases": {},
        "blinding_answers": {},
    }
    stages = {number: StageFacts(state="closed", k=EACH, gating="none") for number in (1, 2, 3)}
    facts = StudyFacts(
        "made-up", "Made up", 1, 0.25, "USD", 12.0, stages, batches=dict.fromkeys(range(BATCHES), "file.jsonl")
    )
    return Dataset.of(facts, lambda name, columns: _table(name, columns, tables[name]))


def _items(subjects: int) -> Columns:
    """Attributes; attributes beside prompts; and comparisons, each as a whole and by its attributes."""
    subject = np.arange(subjects)
    case, comparison = np.arange(subjects * PROMPTS), np.arange(subjects * PROMPTS * SYSTEMS)
    of_comparison = np.repeat(comparison, 1 + GIVEN)
    given = np.tile(np.arange(-1, GIVEN), len(comparison))
    owner = of_comparison // (PROMPTS * SYSTEMS)
    nothing = np.nan
    stages: list[tuple[int, Any, Any, Any, Any]] = [
        (1, np.repeat(subject, ATTRIBUTES), nothing, np.arange(subjects * ATTRIBUTES), nothing),
        (
            2,
            np.repeat(case // PROMPTS, RELEVANT),
            np.repeat(case, RELEVANT),
            ((case // PROMPTS * ATTRIBUTES)[:, None] + np.arange(RELEVANT)).ravel(),
            nothing,
        ),
        (3, owner, of_comparison // SYSTEMS, np.where(given < 0, nothing, owner * ATTRIBUTES + given), of_comparison),
    ]
    columns = [
        np.concatenate([np.broadcast_to(np.asarray(row[place], dtype=float), len(row[1])) for row in stages])
        for place in range(5)
    ]
    stage, of_subject, of_case, attribute, of_pair = columns
    units = len(stage)
    place = of_subject.astype(int)
    return {
        "unit_id": np.arange(units),
        "stage": stage.astype(int),
        "task_id": np.arange(units),
        "task_kind": ["regular"] * units,
        "subject_key": _keys("subject", place),
        "subject_origin": ["real"] * units,
        "batch_id": place % BATCHES,
        "prompt_topic": _where(np.isfinite(of_case), _keys("topic", np.nan_to_num(of_case).astype(int) * 7 % TOPICS)),
        "case_id": of_case,
        "attribute_id": attribute,
        "attribute_type": _where(np.isfinite(attribute), _keys("type", np.nan_to_num(attribute).astype(int) % TYPES)),
        "attribute_system": _where(np.isfinite(attribute), ["system 0"] * units),
        "attribute_mentioned": _where((stage == 3) & np.isfinite(attribute), (np.arange(units) % 3 == 0).tolist()),
        "comparison_id": of_pair,
        "response_system": _where(stage == 3, _keys("system", np.nan_to_num(of_pair).astype(int) % SYSTEMS)),
    }


def _judgments(items: Columns, chance: np.random.Generator) -> Columns:
    units = items["unit_id"]
    human = np.repeat(units, EACH)
    rater = [(human * 37 + np.tile(np.arange(EACH), len(units)) * 101) % RATERS]
    unit, presentation = [human], [np.zeros(len(human), dtype=int)]
    for model in range(MODELS):
        for order in (0, 1):
            some = units if order == 0 else units[items["stage"] == 3]
            unit.append(some)
            rater.append(np.full(len(some), RATERS + model))
            presentation.append(np.full(len(some), order))
    every, who = np.concatenate(unit), np.concatenate(rater)
    stage = items["stage"][every]
    label = np.zeros(len(every), dtype=int)
    for number, (low, high) in LABELS.items():
        label[stage == number] = chance.integers(low, high, int((stage == number).sum()))
    is_human = who < RATERS
    return {
        "judgment_id": np.arange(len(every)),
        "stage": stage,
        "unit_id": every,
        "task_kind": ["regular"] * len(every),
        "rater_key": _keys("rater", who),
        "rater_kind": np.where(is_human, "human", "model").tolist(),
        "rater_name": _where(~is_human, _keys("model", who - RATERS)),
        "presentation": np.concatenate(presentation),
        "answer_recoded": label,
        "failure_mode": _where((stage == 1) & (label > 1), ["overgeneralization"] * len(every)),
        "shown_left": _where(stage == 3, np.where(chance.random(len(every)) < 0.5, "generic", "personalized").tolist()),
        "is_self_rating": np.zeros(len(every), dtype=bool),
        "excluded": np.zeros(len(every), dtype=bool),
        "counted": is_human,
        "assignment_id": _keys("page", np.arange(len(every)) // 5),
        "active_ms": np.full(len(every), 9000),
        "submitted_at": np.arange(len(every)),
    }


def _consensus(units: int, judgments: Columns, stage: Any) -> Any:
    """Means at stage 3; elsewhere the first label, which costs as much."""
    rows = judgments["counted"]
    mean = np.bincount(judgments["unit_id"][rows], weights=judgments["answer_recoded"][rows], minlength=units) / EACH
    return np.where(stage == 3, mean, judgments["answer_recoded"][: units * EACH : EACH])


def _keys(word: str, numbers: Any) -> list[str]:
    return [f"{word} {number}" for number in np.asarray(numbers).ravel().tolist()]


def _where(chosen: Any, values: Sequence[Any]) -> list[Any]:
    return [value if yes else None for yes, value in zip(chosen.tolist(), values, strict=True)]


def _table(name: str, columns: Sequence[str], content: Columns) -> pa.Table:
    schema = TABLES[name].schema(columns)
    rows = max((len(values) for values in content.values()), default=0)
    return pa.table({field.name: _column(content.get(field.name), field.type, rows) for field in schema}, schema=schema)


def _column(values: Any, kind: pa.DataType, rows: int) -> pa.Array:
    if values is None:
        return pa.nulls(rows, kind)
    flat = values.ravel() if isinstance(values, np.ndarray) else values
    return pa.array(flat, from_pandas=True).cast(kind)


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--subjects", type=int, default=1000)
    asked.add_argument("--profile", action="store_true")
    options = asked.parse_args()
    dataset = made_up(options.subjects)
    judgments, before = dataset.tables["judgments"].num_rows, _peak()
    profile = cProfile.Profile()
    started = time.perf_counter()
    if options.profile:
        profile.enable()
    report_figures(dataset)
    profile.disable()
    seconds = time.perf_counter() - started
    if options.profile:
        pstats.Stats(profile).sort_stats("cumulative").print_stats(45)
    print(f"{judgments:,} judgments: all figures {seconds:.1f} s, {before:.0f} MB before, peak {_peak():.0f} MB")
    if seconds >= SECONDS or _peak() >= MEGABYTES:
        sys.exit(1)


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
