"""One stage of a dataset as arrays: what the statistics read."""

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import compute

from judgments.stages import behaviour
from reports.dataset.dataset import Dataset, as_array
from reports.stats.consensus import ConsensusLabels
from reports.stats.ratings import Flags, Indices, Ratings

type Keys = npt.NDArray[Any]

BATCH = "batch_id"


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A stage's regular units and who judged them.

    ``ratings`` holds the counted judgments of humans and the first ones (presentation 0) of models and panels. The
    consensus and the rows of ``items`` are aligned with the units of ``ratings``.
    """

    stage: int
    ratings: Ratings
    kind: Keys  # of each rater: human, model, panel
    name: Keys  # of each rater: a model's or panel's name, a human's pseudonym
    consensus: ConsensusLabels
    provisional: Flags
    items: pa.Table

    @property
    def scale(self) -> tuple[int, ...]:
        return behaviour(self.stage).scale

    def raters_of(self, *kinds: str) -> Flags:
        return np.isin(self.kind, kinds)

    @property
    def human(self) -> Ratings:
        return self.ratings.of_raters(self.raters_of("human"))

    def units(self, chosen: Flags) -> Self:
        """Only these units are judged and have a consensus; the others stay, empty, so that indices hold."""
        consensus = replace(self.consensus, known=self.consensus.known & chosen)
        return replace(
            self, ratings=self.ratings.of_units(chosen), consensus=consensus, provisional=self.provisional & chosen
        )

    def of_unit(self, column: str) -> Keys:
        return as_array(self.items.column(column))

    def groups(self, column: str) -> dict[str, Flags]:
        """Units by the value of a column of the items, those with none left out; in alphabetical order."""
        values = self.items.column(column)
        known = sorted(compute.unique(values).drop_null().to_pylist())
        return {str(value): as_array(compute.fill_null(compute.equal(values, value), False)) for value in known}


def overall_units(frame: Frame) -> Flags:
    """Stage 3: one for each comparison, the unit without an attribute."""
    return as_array(compute.is_null(frame.items.column("attribute_id")))


def groups_of(dataset: Dataset, frame: Frame, column: str) -> dict[str, Flags]:
    """Units by the value of a column of the items; batches by the names of their files, numbered where a name comes again."""
    found = frame.groups(column)
    if column != BATCH:
        return found
    names = [dataset.facts.batches.get(int(value), "batch") for value in found]
    seen = [names[:place].count(name) for place, name in enumerate(names)]
    numbered = [f"{name} ({before + 1})" if before else name for name, before in zip(names, seen, strict=True)]
    return dict(zip(numbered, found.values(), strict=True))


def frame(dataset: Dataset, stage: int) -> Frame:
    items = _regular_items(dataset, stage)
    unit_keys = as_array(items.column("unit_id"))
    subject, subject_keys = coded(items.column("subject_key"))
    given = _counting_judgments(dataset, stage)
    unit = np.searchsorted(unit_keys, as_array(given.column("unit_id")))
    rater, rater_keys = coded(given.column("rater_key"))
    kind, name = _raters(dataset, rater_keys)
    label = as_array(given.column("answer_recoded")).astype(np.float64)
    consensus, provisional = _consensus(dataset, stage, unit_keys)
    return Frame(
        stage=stage,
        ratings=Ratings(unit.astype(np.int64), rater, label, subject, unit_keys, rater_keys, subject_keys),
        kind=kind,
        name=name,
        consensus=consensus,
        provisional=provisional,
        items=items,
    )


def flagged_modes(dataset: Dataset) -> tuple[Indices, Indices, Keys]:
    """Stage 1: unit and rater of each counted judgment that is not an accept, and the failure mode it names or ''."""
    judged = dataset.tables["judgments"]
    rows = compute.and_(
        compute.and_(compute.equal(judged.column("stage"), 1), judged.column("counted")),
        compute.greater(judged.column("answer_recoded"), 1),
    )
    flagged = judged.filter(rows)
    rater, _keys = coded(flagged.column("rater_key"))
    return as_array(flagged.column("unit_id")), rater, as_array(compute.fill_null(flagged.column("failure_mode"), ""))


def special_judgments(dataset: Dataset, stage: int, kind: str) -> pa.Table:
    """The humans' judgments on gold or attention pages that were not excluded."""
    judged = dataset.tables["judgments"]
    rows = compute.and_(
        compute.and_(compute.equal(judged.column("stage"), stage), compute.equal(judged.column("task_kind"), kind)),
        compute.and_(compute.equal(judged.column("rater_kind"), "human"), compute.invert(judged.column("excluded"))),
    )
    return judged.filter(rows)


def repeated_judgments(dataset: Dataset, stage: int, *kinds: str) -> pa.Table:
    """All presentations of regular units by raters of these kinds, excluded ones left out."""
    judged = dataset.tables["judgments"]
    rows = compute.and_(
        compute.and_(
            compute.equal(judged.column("stage"), stage), compute.equal(judged.column("task_kind"), "regular")
        ),
        compute.and_(
            compute.is_in(judged.column("rater_kind"), value_set=pa.array(kinds)),
            compute.invert(judged.column("excluded")),
        ),
    )
    return judged.filter(rows)


def coded(column: pa.ChunkedArray) -> tuple[Indices, Keys]:
    """A column of keys as indices: of each row, -1 where it has none, and the keys in the order of the indices."""
    encoded = column.combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks() if encoded.num_chunks else pa.array([], column.type).dictionary_encode()
    keys = np.empty(len(encoded.dictionary), dtype=object)
    keys[:] = encoded.dictionary.to_pylist()
    return encoded.indices.fill_null(-1).to_numpy().astype(np.int64), keys


def _regular_items(dataset: Dataset, stage: int) -> pa.Table:
    items = dataset.tables["items"]
    regular = compute.equal(items.column("task_kind"), "regular")
    return items.filter(compute.and_(compute.equal(items.column("stage"), stage), regular))


def _counting_judgments(dataset: Dataset, stage: int) -> pa.Table:
    judged = dataset.tables["judgments"]
    machine = compute.and_(
        compute.and_(
            compute.is_in(judged.column("rater_kind"), value_set=pa.array(["model", "panel"])),
            compute.equal(judged.column("presentation"), 0),
        ),
        compute.and_(compute.equal(judged.column("task_kind"), "regular"), compute.invert(judged.column("excluded"))),
    )
    of_stage = compute.equal(judged.column("stage"), stage)
    return judged.filter(compute.and_(of_stage, compute.or_(judged.column("counted"), machine)))


def _raters(dataset: Dataset, keys: Keys) -> tuple[Keys, Keys]:
    """Kind and name of each rater."""
    rows = dataset.tables["raters"].to_pylist()
    known = {row["rater_key"]: (row["rater_kind"], row["rater_name"] or row["rater_key"]) for row in rows}
    kind, name = np.empty(len(keys), dtype=object), np.empty(len(keys), dtype=object)
    for place, key in enumerate(keys):
        kind[place], name[place] = known[key]
    return kind, name


def _consensus(dataset: Dataset, stage: int, unit_keys: Keys) -> tuple[ConsensusLabels, Flags]:
    table = dataset.tables["consensus"]
    rows = table.filter(compute.equal(table.column("stage"), stage))
    keys = as_array(rows.column("unit_id"))
    place = np.searchsorted(unit_keys, keys)
    label, known = np.zeros(len(unit_keys)), np.zeros(len(unit_keys), dtype=np.bool_)
    raters, provisional = np.zeros(len(unit_keys), dtype=np.int64), np.zeros(len(unit_keys), dtype=np.bool_)
    label[place] = as_array(rows.column("consensus"))
    raters[place] = as_array(rows.column("raters"))
    provisional[place] = as_array(rows.column("provisional"))
    known[place] = True
    return ConsensusLabels(label=label, known=known, raters=raters), provisional
