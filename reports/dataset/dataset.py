"""A study's dataset in memory: what the report is computed from, whether it was read from the database or an export."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import compute, parquet

from reports.dataset.study_facts import StudyFacts
from reports.dataset.tables import TABLES

# What figures need of each table, without the long texts; and what orders its rows, so that a figure does not depend
# on where they were read from.
COLUMNS: Mapping[str, Sequence[str]] = {
    "judgments": (
        "judgment_id",
        "stage",
        "unit_id",
        "task_kind",
        "rater_key",
        "rater_kind",
        "rater_name",
        "presentation",
        "answer_recoded",
        "expected_label",
        "failure_mode",
        "missing_attributes",
        "shown_left",
        "is_self_rating",
        "excluded",
        "exclusion_reason",
        "counted",
        "assignment_id",
        "active_ms",
        "submitted_at",
        "rules",
    ),
    "items": (
        "unit_id",
        "stage",
        "task_id",
        "task_kind",
        "withdrawn",
        "subject_key",
        "subject_origin",
        "batch_id",
        "prompt_id",
        "prompt_topic",
        "case_id",
        "attribute_id",
        "attribute_type",
        "attribute_system",
        "attribute_mentioned",
        "comparison_id",
        "response_system",
    ),
    "consensus": ("unit_id", "stage", "consensus", "raters", "provisional", "by_panel", "adjudicated"),
    "comparisons": (
        "comparison_id",
        "case_id",
        "subject_key",
        "prompt_id",
        "response_system",
        "generic_characters",
        "personalized_characters",
        "generic_tokens",
        "personalized_tokens",
        "generic_latency_ms",
        "personalized_latency_ms",
        "generic_cost",
        "personalized_cost",
        "identical",
        "leak_reasons",
        "released",
        "withdrawn",
        "arm_id",
        "arm_name",
        "arm_policy",
        "arm_selection_of",
        "arm_settings",
        "control",
        "for_controls",
    ),
    "silent_cases": (
        "case_id",
        "subject_key",
        "subject_origin",
        "prompt_id",
        "prompt_topic",
        "batch_id",
        "response_system",
        "comparison_id",
        "withdrawn",
        "for_controls",
        "arm_id",
        "arm_name",
        "arm_policy",
        "arm_selection_of",
        "arm_settings",
    ),
    "selections": ("system", "case_id", "subject_key", "attribute_id", "selected", "score", "pool"),
    "selection_records": ("system", "case_id", "subject_key", "pool"),
    "subjects": ("subject_key", "subject_origin", "conversations", "stated_conversations", "withdrawn"),
    "raters": ("rater_key", "rater_kind", "rater_name", "is_subject", "entry_link", "platform"),
    "blinding_answers": ("assignment_id", "comparison_id", "rater_key", "guess", "sureness", "shown_left"),
}
ORDER: Mapping[str, Sequence[str]] = {
    "judgments": ("judgment_id",),
    "items": ("unit_id",),
    "consensus": ("unit_id",),
    "comparisons": ("comparison_id",),
    "silent_cases": ("case_id", "arm_id", "comparison_id"),
    "selections": ("system", "case_id", "attribute_id"),
    "selection_records": ("system", "case_id"),
    "subjects": ("subject_key",),
    "raters": ("rater_key",),
    "blinding_answers": ("assignment_id",),
}

# Tables and columns that the first exports did not have.
ADDED = frozenset({"selection_records", "silent_cases"})
ADDED_COLUMNS: Mapping[str, Sequence[str]] = {
    "judgments": ("rules",),
    "raters": ("entry_link", "platform"),
    "selections": ("pool",),
    "selection_records": ("pool",),
    "comparisons": ("arm_id", "arm_name", "arm_policy", "arm_selection_of", "arm_settings", "control", "for_controls"),
}

type Column = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Dataset:
    """``tables`` by the names of ``reports.dataset.tables``, each with the columns of ``COLUMNS``."""

    facts: StudyFacts
    tables: Mapping[str, pa.Table]

    @classmethod
    def of(cls, facts: StudyFacts, read: Callable[[str, Sequence[str]], pa.Table]) -> Self:
        """From whatever ``read(table, columns)`` reads."""
        return cls(facts, {name: _ordered(name, read(name, columns)) for name, columns in COLUMNS.items()})

    def column(self, table: str, name: str) -> Column:
        """As numpy: numbers where none is missing, else floats with NaN; texts as objects with None."""
        return as_array(self.tables[table].column(name))

    def only(self, keep: Callable[[pa.Table], pa.Array]) -> Self:
        """The part whose items ``keep`` marks true, with what belongs to them; for a figure by system, batch or topic.

        ``keep`` is asked of silent cases too, which have no items: with the same columns, where an item has none of its own.
        Controls belong to no part: what raters notice is the study's, and stays.
        """
        every = self.tables["items"]
        part = every.filter(keep(every))
        items = every.filter(compute.or_(keep(every), compute.equal(every.column("task_kind"), "control")))
        units, comparisons = items.column("unit_id"), items.column("comparison_id").drop_null()
        cases, subjects = part.column("case_id").drop_null(), part.column("subject_key")
        kept = {
            "items": items,
            "judgments": _within(self.tables["judgments"], "unit_id", units),
            "consensus": _within(self.tables["consensus"], "unit_id", units),
            "comparisons": _within(self.tables["comparisons"], "comparison_id", comparisons),
            "silent_cases": _kept(self.tables["silent_cases"], keep),
            "selections": _within(self.tables["selections"], "case_id", cases),
            "selection_records": _within(self.tables["selection_records"], "case_id", cases),
            "subjects": _within(self.tables["subjects"], "subject_key", subjects),
            "blinding_answers": _within(self.tables["blinding_answers"], "comparison_id", comparisons),
        }
        return replace(self, tables={**self.tables, **kept})


def _kept(silent: pa.Table, keep: Callable[[pa.Table], pa.Array]) -> pa.Table:
    lacking = {"attribute_system": pa.string(), "attribute_type": pa.string()}
    asked = silent
    for name, kind in lacking.items():
        asked = asked.append_column(name, pa.nulls(silent.num_rows, kind))
    return silent.filter(keep(asked))


def as_array(column: pa.ChunkedArray) -> Column:
    if pa.types.is_boolean(column.type) and not column.null_count:
        return np.asarray(column.to_numpy(), dtype=np.bool_)
    if pa.types.is_integer(column.type) and column.null_count:
        column = column.cast(pa.float64())
    return np.asarray(column.to_numpy())


def read_folder(folder: Path) -> Dataset:
    """The dataset of an export: ``study.json`` and ``data/<table>/*.parquet``, whatever splits those are.

    Raises FileNotFoundError for a table that is not there, KeyError or ValueError for a folder that is no dataset.
    """
    facts = StudyFacts.from_json(json.loads((folder / "study.json").read_text("utf-8")))

    def read(table: str, columns: Sequence[str]) -> pa.Table:
        files = sorted((folder / "data" / table).glob("*.parquet"))
        if not files and table in ADDED:
            return TABLES[table].schema(columns).empty_table()
        if not files:
            raise FileNotFoundError(f"There is no data/{table}/*.parquet in {folder.name}.")
        return pa.concat_tables([_read(table, file, columns) for file in files])

    return Dataset.of(facts, read)


def _read(table: str, file: Path, columns: Sequence[str]) -> pa.Table:
    """Columns that the first exports did not have are empty where they are lacking."""
    lacking = set(ADDED_COLUMNS.get(table, ())) - set(parquet.read_schema(file).names)
    present = [column for column in columns if column not in lacking]
    read = parquet.read_table(file, columns=present, partitioning=None)
    for field in TABLES[table].schema(sorted(lacking)) if lacking else ():
        read = read.append_column(field, pa.nulls(read.num_rows, field.type))
    return read.select(list(columns))


def _ordered(name: str, table: pa.Table) -> pa.Table:
    ordered = table.select(list(COLUMNS[name])).sort_by([(column, "ascending") for column in ORDER[name]])
    return ordered.combine_chunks()


def _within(table: pa.Table, column: str, values: pa.ChunkedArray) -> pa.Table:
    return table.filter(compute.is_in(table.column(column), value_set=compute.unique(values)))
