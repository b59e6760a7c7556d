"""Parts of a study that can be looked at alone: a system, an arm, an origin, a batch, a topic, a type of attribute."""

from dataclasses import dataclass, replace
from typing import Any, Self

import pyarrow as pa
from pyarrow import compute

from reports.dataset.arms import arms_of
from reports.dataset.dataset import Dataset

SEPARATOR, ARM = ":", "arm"
NAMES = {
    "system": "System",
    ARM: "Arm",
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
        if self.column == ARM:
            return self._of_arm(dataset)
        found = dataset.only(
            lambda items: compute.fill_null(compute.equal(_column(items, self.column), self.value), False)
        )
        return found if self.column != "system" else _own_selections(found, self.value)

    def _of_arm(self, dataset: Dataset) -> Dataset:
        """Its comparisons, and of the stages before them what belongs to its system."""
        comparisons = dataset.tables["comparisons"]
        rows = comparisons.filter(compute.equal(comparisons.column("arm_id"), int(self.value)))
        system = next(iter(rows.column("response_system").to_pylist()), "")
        found = dataset.only(
            lambda items: compute.or_(
                compute.is_in(items.column("comparison_id"), value_set=compute.unique(rows.column("comparison_id"))),
                compute.and_(
                    compute.is_null(items.column("comparison_id")),
                    compute.fill_null(compute.equal(items.column("attribute_system"), system), False),
                ),
            )
        )
        return _own_selections(found, system)

    def as_json(self) -> dict[str, Any]:
        return {"column": self.column or None, "value": self.value or None}


def _own_selections(dataset: Dataset, system: str) -> Dataset:
    """A system is not judged by what another one selected from its attributes."""
    own = {
        name: dataset.tables[name].filter(compute.equal(dataset.tables[name].column("system"), system))
        for name in ("selections", "selection_records")
    }
    return replace(dataset, tables={**dataset.tables, **own})


def parts_of(dataset: Dataset) -> list[dict[str, str]]:
    """All there are, with their names, by column; a column with one value alone splits nothing."""
    found = []
    for column in NAMES:
        if column == ARM:
            found += _arms(dataset)
            continue
        values = sorted(compute.unique(_column(dataset.tables["items"], column)).drop_null().to_pylist())
        if len(values) > 1:
            found += [{"column": column, "value": value, "name": _name(dataset, column, value)} for value in values]
    return found


def _arms(dataset: Dataset) -> list[dict[str, str]]:
    """Those of systems that have several."""
    several = [arm for arm in arms_of(dataset) if arm.name != arm.system and arm.facts["arm_id"] is not None]
    return [{"column": ARM, "value": str(arm.facts["arm_id"]), "name": arm.name} for arm in several]


def _column(items: pa.Table, column: str) -> pa.ChunkedArray:
    if column == "system":
        return compute.coalesce(items.column("response_system"), items.column("attribute_system"))
    return items.column(column).cast(pa.string())


def _name(dataset: Dataset, column: str, value: str) -> str:
    if column == "batch_id":
        return f"{dataset.facts.batches.get(int(value), 'batch')} ({value})"
    return value
