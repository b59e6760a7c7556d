"""What of a dataset a part of the study is, and what parts there are."""

from dataclasses import replace

import pyarrow as pa
from pyarrow import compute

from reports.dataset.arms import arms_of, comparisons_of_arms
from reports.dataset.dataset import Dataset
from reports.report.parts import ARM, NAMES, SYSTEM, Part


def only(part: Part, dataset: Dataset) -> Dataset:
    if not part.column:
        return dataset
    if part.column in (SYSTEM, ARM):
        return _of_treatment(part, dataset)
    return dataset.only(lambda items: compute.fill_null(compute.equal(_column(items, part.column), part.value), False))


def _of_treatment(part: Part, dataset: Dataset) -> Dataset:
    """The comparisons and silent cases of a system, or of one arm of it, and of the stages before them what they rest on."""
    compared, silent = (_its(part, rows) for rows in (comparisons_of_arms(dataset), dataset.tables["silent_cases"]))
    system, selector = _names(part, compared, silent)
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


def _its(part: Part, rows: pa.Table) -> pa.Table:
    column = rows.column("response_system" if part.column == SYSTEM else "arm_id").cast(pa.string())
    return rows.filter(compute.fill_null(compute.equal(column, part.value), False))


def _names(part: Part, compared: pa.Table, silent: pa.Table) -> tuple[str, str]:
    """The system, and whose selection it is given: its own but where the arm says another's."""
    if part.column == SYSTEM:
        return part.value, part.value
    names = ("response_system", "arm_selection_of")
    rows = [row for table in (compared, silent) for row in table.select(names).slice(0, 1).to_pylist()]
    system, selector = (rows[0][name] for name in names) if rows else ("", None)
    return system, selector or system


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
