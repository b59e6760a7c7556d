"""Finds code that reaches tables of a higher app by the name that Django gives to the way back."""

import ast
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import Any

from django.apps import apps

FLOORS = ["accounts", "conversations", "raters", "judgments", "generation", "reports"]  # from the ground up
# Whoever is called so takes the names of relations, in strings or as keywords.
LOOKING_UP = {
    *("filter", "exclude", "get", "get_or_create", "update_or_create", "aggregate", "annotate", "alias", "order_by"),
    *("values", "values_list", "select_related", "prefetch_related", "only", "defer", "distinct", "get_object_or_404"),
    *("Q", "F", "OuterRef", "Prefetch", "Subquery", "Count", "Sum", "Avg", "Min", "Max", "ArrayAgg", "StringAgg"),
    *("CheckConstraint", "UniqueConstraint", "Index", "Coalesce", "When", "prefetch_related_objects", "values_at"),
}
NAMING = {"annotate", "alias", "aggregate", "values"}  # their keywords are new names, not lookups


def names_from_above(floor: str) -> frozenset[str]:
    """By which rows that this app knows lead to tables of a higher one: accessors, and names in lookups."""
    return frozenset(name for field in _fields(floor) if _leads_up(field, floor) for name in _names(field))


def own_names(floor: str) -> frozenset[str]:
    """What rows of this app and those below have anyway: fields, and ways back from no higher than this app."""
    return frozenset(name for field in _fields(floor) if not _leads_up(field, floor) for name in _names(field))


def ways_up(source: str, names: AbstractSet[str]) -> list[str]:
    """``line: name`` of each attribute and each lookup in the module that is called so."""
    found = {(line, name) for node in ast.walk(ast.parse(source)) for line, name in _used(node) if name in names}
    return [f"{line}: {name}" for line, name in sorted(found)]


def tables_above(floor: str) -> frozenset[str]:
    """As SQL names them."""
    higher = FLOORS[FLOORS.index(floor) + 1 :]
    models = (apps.get_app_config(label).get_models(include_auto_created=True) for label in higher)
    return frozenset(model._meta.db_table for known in models for model in known)


def _used(node: ast.AST) -> Iterator[tuple[int, str]]:
    if isinstance(node, ast.Attribute):
        yield node.lineno, node.attr
    elif isinstance(node, ast.Call) and (called := _name_of(node.func)) in LOOKING_UP:
        for argument in node.args:
            yield from _in_strings(argument)
        if called not in NAMING:
            yield from ((node.lineno, part) for word in node.keywords for part in (word.arg or "").split("__"))


def _in_strings(argument: ast.expr) -> Iterator[tuple[int, str]]:
    """Not those of calls inside, which are looked at by themselves."""
    match argument:
        case ast.Constant(value=str(text)):
            yield from ((argument.lineno, part) for part in text.removeprefix("-").split("__"))
        case ast.Starred(value=inner):
            yield from _in_strings(inner)
        case ast.Tuple(elts=elements) | ast.List(elts=elements) | ast.Set(elts=elements):
            for element in elements:
                yield from _in_strings(element)


def _name_of(called: ast.expr) -> str:
    match called:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _fields(floor: str) -> Iterator[Any]:
    """Of the tables of an app and of those below."""
    for label in FLOORS[: FLOORS.index(floor) + 1]:
        for model in apps.get_app_config(label).get_models(include_auto_created=True):
            yield from model._meta.get_fields()


def _leads_up(field: Any, floor: str) -> bool:
    if not (field.auto_created and field.is_relation):
        return False
    label = field.related_model._meta.app_label
    return label in FLOORS and FLOORS.index(label) > FLOORS.index(floor)


def _names(field: Any) -> Iterator[str]:
    yield field.name
    if field.auto_created and field.is_relation and (accessor := field.get_accessor_name()):
        yield accessor
