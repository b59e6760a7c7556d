"""Finds code that names one platform, which only that platform's slice may."""

import ast
import re
from collections.abc import Iterator

from raters.enums import Platform

OWN_NAME = re.compile(r"prolific", re.IGNORECASE)  # the names that mean nothing else
IN_SQL = re.compile(rf"platform\W*(NOT\s+)?(=|<>|!=|,|IN\b)\s*\(?'({'|'.join(Platform.values)})'", re.IGNORECASE)
IN_A_TEMPLATE = re.compile(r"platform\s*[!=]=\s*[\"']")
_LOCATED = ast.expr | ast.keyword | ast.stmt


def platforms_named(source: str) -> list[int]:
    """The lines of a module that write a platform's name, take a member of ``Platform``, or ask which one it is."""
    written = [
        number for number, line in enumerate(source.splitlines(), 1) if OWN_NAME.search(line) or IN_SQL.search(line)
    ]
    asked = [node.lineno for node in ast.walk(ast.parse(source)) if isinstance(node, _LOCATED) and _names(node)]
    return sorted({*written, *asked})


def platforms_named_in_text(source: str) -> list[int]:
    """The same of a template, a style sheet or a script."""
    lines = enumerate(source.splitlines(), 1)
    return [number for number, line in lines if OWN_NAME.search(line) or IN_A_TEMPLATE.search(line)]


def _names(node: ast.AST) -> bool:
    match node:
        case ast.Attribute(value=ast.Name(id="Platform") | ast.Attribute(attr="Platform"), attr=member):
            return member in Platform.__members__
        case ast.Compare(left=left, comparators=others):
            sides = [left, *others]
            return any(_is_platform(side) for side in sides) and any(_has_value(side) for side in sides)
        case ast.keyword(arg=str(name), value=value):
            return re.search(r"(^|_)platform(__in)?$", name) is not None and _has_value(value)
        case ast.Match(subject=subject, cases=cases):
            return _is_platform(subject) and any(_has_value(value) for value in _matched(cases))
        case ast.Subscript(slice=key):
            return isinstance(key, ast.Constant) and key.value in Platform.values and _is_platform(node.value)
    return False


def _matched(cases: list[ast.match_case]) -> Iterator[ast.expr]:
    for case in cases:
        yield from (inner.value for inner in ast.walk(case.pattern) if isinstance(inner, ast.MatchValue))


def _is_platform(node: ast.expr) -> bool:
    """``platform``, ``link.platform``, ``row["platform"]``, ``platform.name``, ``str(link.platform)``."""
    match node:
        case ast.Attribute(value=inner, attr="name" | "value"):
            return _is_platform(inner)
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.Subscript(slice=ast.Constant(value=str(name))):
            return name.endswith(("platform", "platforms", "PLATFORMS"))
        case ast.Call(args=[only]):
            return _is_platform(only)
    return False


def _has_value(node: ast.expr) -> bool:
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return any(_has_value(element) for element in node.elts)
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in Platform.values
