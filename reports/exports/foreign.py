"""Files for other tools, written row by row."""

import json
from collections.abc import Callable, Generator
from contextlib import closing
from typing import Any, BinaryIO

from conversations.models import Study
from judgments.stages import behaviour
from raters.pseudonyms import rater_key
from reports.dataset.reading import record_batches
from reports.dataset.tables.foreign import JUDGED_UNITS
from reports.enums import ExportKind
from reports.exports.scope import Beat, ExportScope
from reports.exports.table_files import Written
from reports.exports.writers import Sink, plain_rows

NO_DIFFERENCE = 3
# LLM Comparator draws scores from 1.5 (A much better) to -1.5; ours reach 2 points from no difference.
COMPARATOR_POINTS = 0.75


def write_llm_comparator(scope: ExportScope, *, file: BinaryIO, beat: Beat) -> Written:
    """Model A is the personalized response, B the generic one; the score is the humans' mean of the overall unit."""
    head = {
        "metadata": {
            "source_path": scope.study.slug,
            "custom_fields_schema": [
                {"name": "system", "type": "category"},
                {"name": "arm", "type": "category"},
                {"name": "subject", "type": "category"},
                {"name": "comparison", "type": "string"},
                {"name": "human_mean", "type": "number"},
                {"name": "characters", "type": "per_model_number"},
            ],
        },
        "models": [{"name": "Personalized"}, {"name": "Generic"}],
    }
    opening = json.dumps(head, ensure_ascii=False)[:-1] + ', "examples": ['
    rows = (_example(row) for row in _judged(scope) if row["generic"] is not None and row["attribute"] is None)
    return _write_array(file, opening, rows, "]}", beat)


def write_label_studio(scope: ExportScope, *, file: BinaryIO, beat: Beat) -> Written:
    """One task for each judged unit, one annotation for each human label of it."""
    return _write_array(file, "[", (_task(scope.study, row) for row in _judged(scope)), "]", beat)


WRITERS: dict[str, Callable[..., Written]] = {
    ExportKind.LLM_COMPARATOR: write_llm_comparator,
    ExportKind.LABEL_STUDIO: write_label_studio,
}


def _judged(scope: ExportScope) -> Generator[dict[str, Any]]:
    for batch in record_batches(JUDGED_UNITS, scope.study, scope.stages):
        yield from plain_rows(batch, JUDGED_UNITS)


def _example(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "input_text": row["prompt"],
        "tags": [row["topic"]] if row["topic"] else [],
        "output_text_a": row["personalized"],
        "output_text_b": row["generic"],
        "score": _score(row["mean"]),
        "individual_rater_scores": [
            {"is_flipped": given["left"] is False, "score": _score(given["label"]), "rationale": given["note"]}
            for given in row["labels"]
        ],
        "custom_fields": {
            "system": row["system"],
            "arm": row["arm"],
            "subject": row["subject_key"],
            "comparison": str(row["comparison_id"]),
            "human_mean": row["mean"],
            "characters": [len(row["personalized"]), len(row["generic"])],
        },
    }


def _score(label: float) -> float:
    return (label - NO_DIFFERENCE) * COMPARATOR_POINTS


def _task(study: Study, row: dict[str, Any]) -> dict[str, Any]:
    shown = ("prompt", "attribute", "evidence", "generic", "personalized", "subject_key", "system", "arm", "stage")
    return {
        "id": row["unit_id"],
        "data": {name: row[name] for name in shown if row[name] is not None},
        "annotations": [_annotation(study, row, given) for given in row["labels"]],
    }


def _annotation(study: Study, row: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    is_rating = not behaviour(row["stage"]).has_words
    value: dict[str, Any] = {"rating": given["label"]} if is_rating else {"choices": [given["word"]]}
    result = {
        "from_name": "label",
        "to_name": "item",
        "type": "rating" if is_rating else "choices",
        "value": value,
        "meta": {"rater": rater_key(study=study, rater_id=given["rater_id"]), "note": given["note"]},
    }
    return {"result": [result], "was_cancelled": False}


def _write_array(file: BinaryIO, opening: str, rows: Generator[dict[str, Any]], ending: str, beat: Beat) -> Written:
    sink = Sink(file)
    sink.write(opening.encode())
    count = 0
    with closing(rows):
        for count, row in enumerate(rows, start=1):
            comma = "," if count > 1 else ""
            sink.write((comma + "\n" + json.dumps(row, ensure_ascii=False)).encode())
            beat()
    sink.write(("\n" + ending + "\n").encode())
    return Written(count, sink.size, sink.sha256)
