"""Parts of a study that can be looked at alone: a system, an origin, a batch, a topic, a type of attribute."""

from dataclasses import dataclass, replace
from typing import Any, Self

import pyarrow as pa
from pyarrow import compute

from reports.dataset import Dataset

SEPARATOR = ":"
NAMES = {
    "system": "System",
    "subject_origin": "Origin",
    "batch_id": "Batch",
    "prompt_topic": "Topic of the prompt",
    "attribute_type": "Attribute type",
}


@dataclass(frozen=True, slots=True)
class Part:
    """Without a column: the whole study. ``system`` is who wrote what is judged: attributes, or responses."""

    column: str = ""
    value: str = ""

    @classmethod
    def parse(cls, written: str) -> Self:
        """As ``str`` writes it. Raises ValueError for a column that a study has no parts by."""
        if not written:
            return cls()
        column, _separator, value = written.partition(SEPARATOR)
        if column not in NAMES or not value:
            raise ValueError("There is no such part of a study.")
        return cls(column, value)

    def __str__(self) -> str:
        return f"{self.column}{SEPARATOR}{self.value}" if self.column else ""

    def of(self, dataset: Dataset) -> Dataset:
        if not self.column:
            return dataset
        found = dataset.only(
            lambda items: compute.fill_null(compute.equal(_column(items, self.column), self.value), False)
        )
        return found if self.column != "system" else self._own_selections(found)

    def _own_selections(self, dataset: Dataset) -> Dataset:
        """A system is not judged by what another one selected from its attributes."""
        own = {
            name: dataset.tables[name].filter(compute.equal(dataset.tables[name].column("system"), self.value))
            for name in ("selections", "selection_records")
        }
        return replace(dataset, tables={**dataset.tables, **own})

    def as_json(self) -> dict[str, Any]:
        return {"column": self.column or None, "value": self.value or None}


def parts_of(dataset: Dataset) -> list[dict[str, str]]:
    """All there are, with their names, by column; a column with one value alone splits nothing."""
    found = []
    for column in NAMES:
        values = sorted(compute.unique(_column(dataset.tables["items"], column)).drop_null().to_pylist())
        if len(values) > 1:
            found += [{"column": column, "value": value, "name": _name(dataset, column, value)} for value in values]
    return found


def _column(items: pa.Table, column: str) -> pa.ChunkedArray:
    if column == "system":
        return compute.coalesce(items.column("response_system"), items.column("attribute_system"))
    return items.column(column).cast(pa.string())


def _name(dataset: Dataset, column: str, value: str) -> str:
    if column == "batch_id":
        return f"{dataset.facts.batches.get(int(value), 'batch')} ({value})"
    return value
