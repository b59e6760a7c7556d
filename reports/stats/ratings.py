"""Judgments in long form: what every statistic of raters reads. Missing data is a missing row."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Keys = npt.NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class Ratings:
    """Row i says: rater ``rater[i]`` gave unit ``unit[i]`` the label ``label[i]``.

    ``subject`` has one entry for each unit. The keys are the caller's own ids of units, raters and subjects, in the
    order of the indices. A rater has one row at most for a unit: repeats are a matter of ``reliability``.
    """

    unit: Indices
    rater: Indices
    label: Floats
    subject: Indices
    unit_keys: Keys
    rater_keys: Keys
    subject_keys: Keys

    def __post_init__(self) -> None:
        if not len(self.unit) == len(self.rater) == len(self.label):
            raise ValueError("Units, raters and labels must be equally many.")
        if len(self.subject) != len(self.unit_keys):
            raise ValueError("Every unit needs one subject.")
        if not np.isfinite(self.label).all():
            raise ValueError("A missing label is a missing row, never NaN.")
        _check_range(self.unit, self.units, "unit")
        _check_range(self.rater, self.raters, "rater")
        _check_range(self.subject, self.subjects, "subject")
        if _has_duplicates(self.unit * max(self.raters, 1) + self.rater):
            raise ValueError("A rater has judged the same unit twice.")

    @classmethod
    def from_rows(
        cls,
        *,
        units: Sequence[Any] | Keys,
        raters: Sequence[Any] | Keys,
        labels: Sequence[float] | npt.ArrayLike,
        subjects: Sequence[Any] | Keys | None = None,
    ) -> Self:
        """From three or four columns of any keys. Without subjects, each unit is a subject of its own."""
        unit, unit_keys = coded(units)
        rater, rater_keys = coded(raters)
        label = np.asarray(labels, dtype=np.float64)
        if subjects is None:
            return cls(unit, rater, label, np.arange(len(unit_keys)), unit_keys, rater_keys, unit_keys)
        row_subject, subject_keys = coded(subjects)
        if len(row_subject) != len(unit):
            raise ValueError("Every row needs the subject of its unit.")
        subject = np.zeros(len(unit_keys), dtype=np.int64)
        subject[unit] = row_subject
        if (subject[unit] != row_subject).any():
            raise ValueError("A unit belongs to one subject.")
        return cls(unit, rater, label, subject, unit_keys, rater_keys, subject_keys)

    @property
    def units(self) -> int:
        return len(self.unit_keys)

    @property
    def raters(self) -> int:
        return len(self.rater_keys)

    @property
    def subjects(self) -> int:
        return len(self.subject_keys)

    def __len__(self) -> int:
        return len(self.label)

    def rows(self, chosen: Flags | Indices) -> Self:
        """Only these rows; units, raters and subjects keep their indices."""
        return replace(self, unit=self.unit[chosen], rater=self.rater[chosen], label=self.label[chosen])

    def of_raters(self, chosen: Flags) -> Self:
        return self.rows(chosen[self.rater])

    def of_units(self, chosen: Flags) -> Self:
        return self.rows(chosen[self.unit])

    def by_unit(self) -> Self:
        """The rows of one unit beside each other, raters ascending."""
        order = np.argsort(self.unit * max(self.raters, 1) + self.rater, kind="stable")
        return replace(self, unit=self.unit[order], rater=self.rater[order], label=self.label[order])

    def categories(self) -> Floats:
        return np.unique(self.label)

    def counts(self, categories: npt.ArrayLike | None = None) -> Indices:
        """Units x categories: how many raters gave a unit each label."""
        scale = self.categories() if categories is None else np.asarray(categories, dtype=np.float64)
        cells = self.unit * len(scale) + category_index(self.label, scale)
        return np.bincount(cells, minlength=self.units * len(scale)).reshape(self.units, len(scale)).astype(np.int64)

    def matrix(self) -> Floats:
        """Raters x units, NaN where a rater did not judge a unit. For small data."""
        cells = np.full((self.raters, self.units), np.nan)
        cells[self.rater, self.unit] = self.label
        return cells


def coded(values: Iterable[Any]) -> tuple[Indices, Keys]:
    """Keys as indices: the index of each value, and the keys in the order of the indices."""
    if isinstance(values, np.ndarray) and values.dtype.kind in "iu":
        keys, index = np.unique(values, return_inverse=True)
        return index.astype(np.int64), keys
    listed = list(values)
    position = {key: number for number, key in enumerate(dict.fromkeys(listed))}
    index = np.fromiter((position[value] for value in listed), dtype=np.int64, count=len(listed))
    known = np.empty(len(position), dtype=object)
    known[:] = list(position)
    return index, known


def category_index(labels: Floats, scale: Floats) -> Indices:
    """Where each label stands on an ascending scale."""
    if len(scale) == 0:
        if len(labels):
            raise ValueError("A scale needs a label.")
        return np.zeros(0, dtype=np.int64)
    if (np.diff(scale) <= 0).any():
        raise ValueError("The labels of a scale must ascend.")
    index = np.minimum(np.searchsorted(scale, labels), len(scale) - 1)
    if (scale[index] != labels).any():
        raise ValueError("A label is not on the scale.")
    return index.astype(np.int64)


def _check_range(index: Indices, size: int, what: str) -> None:
    if len(index) and (index.min() < 0 or index.max() >= size):
        raise ValueError(f"A {what} is out of range.")


def _has_duplicates(codes: Indices) -> bool:
    ordered = np.sort(codes)
    return bool((ordered[1:] == ordered[:-1]).any())
