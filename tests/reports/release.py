"""The published release that the statistics are checked against."""

import json
from pathlib import Path

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "release"
MODELS = {"gemma": "votes/google_gemma-4-31b-it.jsonl", "gpt": "votes/gpt-5.4.jsonl"}
EXACT = 1e-9


def lines(name):
    with (DATA / name).open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def labels(name):
    """Label by unit: the case and the position of the attribute, as texts repeat. A null is a missing row."""
    return {
        (case["sample_index"], position): int(item["relevant"])
        for case in lines(name)
        for position, item in enumerate(case["items"])
        if item["relevant"] is not None
    }
