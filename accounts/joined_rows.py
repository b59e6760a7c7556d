"""Rows of several tables, read by one statement of our own, as the objects that queries would have made of them.

Django composes a query anew each time it is asked; what a page asks at every press of a key is composed once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Field, JSONField, Model


@dataclass(frozen=True)
class Joined:
    """A table, of which all columns are read or these fields only; others are asked for when somebody needs them."""

    model: type[Model]
    only: Sequence[str] = ()

    @cached_property
    def fields(self) -> "Sequence[Field[Any, Any]]":
        every = self.model._meta.concrete_fields  # noqa: SLF001 - its public name for models
        return [each for each in every if each.primary_key or not self.only or each.attname in self.only]

    @cached_property
    def names(self) -> list[str]:
        return [each.attname for each in self.fields]

    @cached_property
    def converters(self) -> list[tuple[int, Callable[[Any], Any]]]:
        """What Django does to a column's value before an object holds it, by the place of the column."""
        return [(place, convert) for place, each in enumerate(self.fields) for convert in _converters_of(each)]

    def made_of(self, values: list[Any]) -> Model | None:
        if values[self._key] is None:
            return None
        for place, convert in self.converters:
            values[place] = convert(values[place])
        return self.model.from_db(DEFAULT_DB_ALIAS, self.names, values)

    @cached_property
    def _key(self) -> int:
        return next(place for place, each in enumerate(self.fields) if each.primary_key)


@dataclass(frozen=True)
class JoinedRows:
    """``columns`` for a SELECT in which each table stands under the name that it has here.

    ``objects`` makes of the first ``width`` values of such a row an object for each, or None where nothing was joined.
    """

    tables: Mapping[str, Joined]
    width: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "width", sum(len(table.fields) for table in self.tables.values()))

    @property
    def columns(self) -> str:
        return ", ".join(f"{name}.{each.column}" for name, table in self.tables.items() for each in table.fields)

    def objects(self, row: Sequence[Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        start = 0
        for name, table in self.tables.items():
            end = start + len(table.fields)
            found[name] = table.made_of(list(row[start:end]))
            start = end
        return found


def _converters_of(each: "Field[Any, Any]") -> list[Callable[[Any], Any]]:
    if isinstance(each, JSONField):  # decoded already: accounts/statements.py
        return []
    column = each.get_col(each.model._meta.db_table)  # noqa: SLF001
    converters = [*connection.ops.get_db_converters(column), *each.get_db_converters(connection)]
    return [_bound(convert, column) for convert in converters]


def _bound(convert: Callable[..., Any], column: Any) -> Callable[[Any], Any]:
    return lambda value: convert(value, column, connection)
