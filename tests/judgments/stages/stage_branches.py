"""Finds code that branches or keys by the number of a stage, which only ``judgments.stages`` may."""

import ast
from collections.abc import Iterator

from conversations.enums import StageNumber

NAMES = {"stage", "number", "stage_number", "stage__number"}
NUMBERS = {number.value for number in StageNumber}


def branches_of(source: str) -> list[int]:
    """The lines with a comparison, a match, a conditional filter or a dictionary key by a stage's number."""
    return sorted({node.lineno for node in ast.walk(ast.parse(source)) for node in _branching(node)})


def _branching(node: ast.AST) -> Iterator[ast.expr | ast.pattern]:
    if isinstance(node, ast.Compare):
        sides = [node.left, *node.comparators]
        if any(_is_member(side) for side in sides) or (
            any(_is_named(side) for side in sides) and any(_is_literal(side) for side in sides)
        ):
            yield node
    elif isinstance(node, ast.Match):
        yield from (case.pattern for case in node.cases if _matches(case.pattern, of_stage=_is_named(node.subject)))
    elif isinstance(node, ast.Dict):
        keys = [key for key in node.keys if key is not None]
        if any(_is_member(key) for key in keys) or (keys and all(_is_literal(key) for key in keys)):
            yield node
    elif (isinstance(node, ast.DictComp) and _is_member(node.key)) or (
        isinstance(node, ast.Subscript) and _is_member(node.slice)
    ):
        yield node


def _matches(pattern: ast.pattern, *, of_stage: bool) -> bool:
    values = [inner.value for inner in ast.walk(pattern) if isinstance(inner, ast.MatchValue)]
    return any(_is_member(value) or (of_stage and _is_literal(value)) for value in values)


def _is_member(node: ast.expr) -> bool:
    """``StageNumber.RELEVANCE``, its value, or a collection with one of them."""
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return any(_is_member(element) for element in node.elts)
    return any(
        isinstance(inner, ast.Attribute) and isinstance(inner.value, ast.Name) and inner.value.id == "StageNumber"
        for inner in ast.walk(node)
    )


def _is_literal(node: ast.expr) -> bool:
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return bool(node.elts) and all(_is_literal(element) for element in node.elts)
    return isinstance(node, ast.Constant) and type(node.value) is int and node.value in NUMBERS


def _is_named(node: ast.expr) -> bool:
    """``stage``, ``stage.number``, ``row["stage"]``, ``StageNumber(stage_number)``, ``int(stage)``."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.Subscript(slice=ast.Constant(value=name)):
            return name in NAMES
        case ast.Call(args=[only]):
            return _is_named(only)
    return False
