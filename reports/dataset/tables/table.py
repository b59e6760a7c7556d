"""What a table of the dataset is: columns with their meaning, and where PostgreSQL finds them."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import pyarrow as pa


class Kind(StrEnum):
    INTEGER = "integer"
    NUMBER = "number"
    TEXT = "text"
    TRUTH = "truth"
    MOMENT = "moment"  # UTC
    JSON = "json"  # a list or object, as JSON text in CSV and Parquet


ARROW_TYPES: dict[Kind, pa.DataType] = {
    Kind.INTEGER: pa.int64(),
    Kind.NUMBER: pa.float64(),
    Kind.TEXT: pa.string(),
    Kind.TRUTH: pa.bool_(),
    Kind.MOMENT: pa.timestamp("ms", tz="UTC"),
    Kind.JSON: pa.string(),
}


_DATE = r"^\d{4}-\d\d-\d\d"


@dataclass(frozen=True, slots=True)
class Column:
    """``sql`` is an expression over the table's source. ``meaning`` is its line in the codebook.

    ``names_rater``: the expression is a rater's id, which never leaves the study; the pseudonym takes its place.
    ``parts``: the fields of the objects in the list that a JSON column holds.
    """

    name: str
    kind: Kind
    sql: str
    meaning: str
    names_rater: bool = False
    parts: tuple[str, ...] = ()

    @property
    def expression(self) -> str:
        """Moments to the millisecond, which is what Arrow keeps of them."""
        return f"date_trunc('milliseconds', {self.sql})" if self.kind is Kind.MOMENT else self.sql

    @property
    def arrow_type(self) -> pa.DataType:
        return ARROW_TYPES[self.kind]

    @property
    def shown_where(self) -> list[str]:
        """Conditions on a row: where each is met once, a reader of JSON can tell the column's type.

        A text that looks like a date is taken for one.
        """
        match self.kind:
            case Kind.TEXT:
                return [f"({self.sql})::text !~ '{_DATE}'"]
            case Kind.JSON if self.parts:
                return [f"jsonb_path_exists({self.sql}, '$[*].{part} ? (@ != null)')" for part in self.parts]
            case Kind.JSON:
                return [f"jsonb_path_exists({self.sql}, '$[*]')"]
            case _:
                return [f"({self.sql}) IS NOT NULL"]


@dataclass(frozen=True, slots=True)
class Table:
    """``source`` is a FROM clause that ends with its WHERE; it may use %(study)s and %(stages)s.

    ``order`` is a number that no two rows share, but in tables that are exported with the whole dataset only.
    ``withheld``: rows of a stage that must not be seen yet are left out (docs/protocol.md, Counting).
    """

    name: str
    meaning: str
    columns: tuple[Column, ...]
    source: str
    order: str
    withheld: bool = False

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    def chosen(self, names: Sequence[str] | None = None) -> list[Column]:
        """The columns of these names in the table's order; all without names. Raises KeyError for one it has not."""
        if names is None:
            return list(self.columns)
        if unknown := set(names) - set(self.names):
            raise KeyError(f"{self.name} has no columns {sorted(unknown)}")
        return [column for column in self.columns if column.name in names]

    def select(self, names: Sequence[str] | None = None, *, only: str = "true") -> str:
        """The query of these columns. PostgreSQL leaves out the joins that none of them needs."""
        listed = ", ".join(f'{column.expression} AS "{column.name}"' for column in self.chosen(names))
        return f"SELECT {listed} {self.source} AND {only} ORDER BY {self.order}"

    def count(self) -> str:
        return f"SELECT count(*) {self.source}"

    def survey(self) -> str:
        """How many rows there are, and an array of the first ones that show the type of each column."""
        shown = [condition for column in self.columns for condition in column.shown_where]
        first = ", ".join(f"min({self.order}) FILTER (WHERE {condition})" for condition in shown)
        return f"SELECT count(*), ARRAY[{first}] {self.source}"

    def schema(self, names: Sequence[str] | None = None) -> pa.Schema:
        fields = [
            pa.field(column.name, pa.string() if column.names_rater else column.arrow_type)
            for column in self.chosen(names)
        ]
        return pa.schema(fields)
