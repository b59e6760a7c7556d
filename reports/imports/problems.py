"""What is wrong with a dataset, said so that whoever made it finds the place."""

from collections.abc import Sequence
from dataclasses import dataclass

MOST_PROBLEMS = 200


@dataclass(frozen=True, slots=True)
class Problem:
    """``row`` counts from 1; 0 is the file as a whole."""

    file: str
    row: int
    field: str
    expected: str
    found: str

    def __str__(self) -> str:
        place = f"{self.file}, row {self.row}" if self.row else self.file
        field = f", {self.field}" if self.field else ""
        return f"{place}{field}: expected {self.expected}, found {self.found}."


class DatasetRefused(Exception):
    """Nothing was kept. ``problems`` says why, the first ``MOST_PROBLEMS`` of them."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(map(str, self.problems)))


def refusal(file: str, expected: str, found: str, *, field: str = "", row: int = 0) -> DatasetRefused:
    return DatasetRefused([Problem(file, row, field, expected, excerpt(found))])


def excerpt(value: object) -> str:
    """One short line of whatever it is."""
    text = "nothing" if value is None else " ".join(str(value)[:400].split())
    return (text[:79] + "…" if len(text) > 80 else text) or "an empty text"
