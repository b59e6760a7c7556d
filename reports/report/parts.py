"""Parts of a study that can be looked at alone: a system, an arm, an origin, a batch, a topic, a type of attribute."""

from dataclasses import dataclass, replace
from typing import Any, Self

import pyarrow as pa
from pyarrow import compute

from reports.dataset.arms import arms_of, comparisons_of_arms
from reports.dataset.dataset import Dataset

SEPARATOR, SYSTEM, ARM = ":", "system", "arm"
NAMES = {
    SYSTEM: "System",
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
        if self.column in (SYSTEM, ARM):
            return self._of_treatment(dataset)
        return dataset.only(
            lambda items: compute.fill_null(compute.equal(_column(items, self.column), self.value), False)
        )

    def _of_treatment(self, dataset: Dataset) -> Dataset:
        """The comparisons and silent cases of a system, or of one arm of it, and of the stages before them what they rest on."""
        compared, silent = (self._its(rows) for rows in (comparisons_of_arms(dataset), dataset.tables["silent_cases"]))
        system, selector = self._names(compared, silent)
        pairs = compute.unique(compared.column("comparison_id"))
        extractors = _extractors(dataset, pairs, system, selector)
        found = dataset.only(
            lambda items: compute.or_(
                compute.is_in(items.column("comparison_id"), value_set=pairs),
                compute.and_(
                    compute.is_null(items.column("comparison_id")),
                    compute.is_in(items.column("attribute_system"), value_set=extractors),
                ),
            )
        )
        return _selected_by(replace(found, tables={**found.tables, "silent_cases": silent}), selector)

    def _its(self, rows: pa.Table) -> pa.Table:
        column = rows.column("response_system" if self.column == SYSTEM else "arm_id").cast(pa.string())
        return rows.filter(compute.fill_null(compute.equal(column, self.value), False))

    def _names(self, compared: pa.Table, silent: pa.Table) -> tuple[str, str]:
        """The system, and whose selection it is given: its own but where the arm says another's."""
        if self.column == SYSTEM:
            return self.value, self.value
        names = ("response_system", "arm_selection_of")
        rows = [row for table in (compared, silent) for row in table.select(names).slice(0, 1).to_pylist()]
        system, selector = (rows[0][name] for name in names) if rows else ("", None)
        return system, selector or system

    def as_json(self) -> dict[str, Any]:
        return {"column": self.column or None, "value": self.value or None}


def _extractors(dataset: Dataset, pairs: pa.Array, system: str, selector: str) -> pa.Array:
    """Whose attributes the system uses: its own, and those of whoever extracted any that were given to it or selected for it."""
    items, selected = dataset.tables["items"], dataset.tables["selections"]
    offered = selected.filter(compute.equal(selected.column("system"), selector)).column("attribute_id")
    used = compute.or_(
        compute.is_in(items.column("comparison_id"), value_set=pairs),
        compute.is_in(items.column("attribute_id"), value_set=compute.unique(offered)),
    )
    others = compute.unique(items.filter(used).column("attribute_system").drop_null())
    return pa.array(sorted({system, *others.to_pylist()}), pa.string())


def _selected_by(dataset: Dataset, system: str) -> Dataset:
    """A system is not judged by what another one selected that it was not given."""
    kept = {
        name: dataset.tables[name].filter(compute.equal(dataset.tables[name].column("system"), system))
        for name in ("selections", "selection_records")
    }
    return replace(dataset, tables={**dataset.tables, **kept})


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
    if column == SYSTEM:
        return compute.coalesce(items.column("response_system"), items.column("attribute_system"))
    return items.column(column).cast(pa.string())


def _name(dataset: Dataset, column: str, value: str) -> str:
    if column == "batch_id":
        return f"{dataset.facts.batches.get(int(value), 'batch')} ({value})"
    return value
