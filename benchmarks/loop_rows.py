"""Rows by the hundred thousand, made by the database itself; what is not named gets the model's own default."""

from typing import Any

from django.db import connection
from django.db.models import Model
from django.db.models.fields import NOT_PROVIDED, Field


def insert(model: type[Model], source: str, parameters: dict[str, Any] | None = None, **columns: str) -> int:
    """Rows of a model, by SQL expressions over ``source`` (what stands after FROM). Returns how many."""
    given = dict(parameters or {})
    for field in model._meta.concrete_fields:  # noqa: SLF001 - Django documents it
        name = str(field.column)
        if name not in columns and _needs_value(field):
            given[name] = field.get_db_prep_save(field.get_default(), connection)
            columns[name] = f"%({name})s::{field.db_type(connection)}"
    names = ", ".join(f'"{column}"' for column in columns)
    table, values = model._meta.db_table, ", ".join(columns.values())  # noqa: SLF001
    return run(f"INSERT INTO {table} ({names}) SELECT {values} FROM {source}", given)  # noqa: S608 - our own words


def run(statement: str, parameters: dict[str, Any] | None = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return int(cursor.rowcount)


def table_of(name: str, texts: list[str]) -> None:
    """A temporary table with the columns ``i`` (from 0) and ``body``."""
    run(f"DROP TABLE IF EXISTS {name}")
    run(f"CREATE TEMPORARY TABLE {name} AS SELECT n - 1 AS i, body FROM unnest(%(texts)s::text[]) WITH ORDINALITY AS t(body, n)", {"texts": texts})  # fmt: skip  # noqa: S608 - our own words


def _needs_value(field: "Field[Any, Any]") -> bool:
    is_generated = field.primary_key and not field.has_default()
    return not is_generated and field.db_default is NOT_PROVIDED and (field.has_default() or not field.null)
