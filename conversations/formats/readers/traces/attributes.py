"""Attributes of spans, as OTLP lists them with their types or as other exporters write them."""

from typing import Any

from conversations.formats.fields import Record

# What OpenInference puts between a list and its elements.
_BETWEEN = frozenset({"message", "message_content", "tool_call"})
_MOST_ELEMENTS = 10_000


def attributes_of(span: Record) -> dict[str, Any]:
    """By their full names, whether they are listed, named, or objects within objects."""
    plain = span.record_if_any("attributes")
    if plain is not None:
        return dict(_flat(plain))
    found: dict[str, Any] = {}
    for each in span.records("attributes", optional=True):
        found[each.text("key")] = _plain(each.record_if_any("value") or Record({}))
    return found


def _flat(values: Record, before: str = "") -> "list[tuple[str, Any]]":
    found: list[tuple[str, Any]] = []
    for name, value in values.as_it_is().items():
        inner = values.record_if_any(name)
        full = f"{before}{name}"
        found += [(full, value)] if inner is None else _flat(inner, f"{full}.")
    return found


def _plain(value: Record) -> Any:
    for name in value.names():
        inner = value.record_if_any(name)
        if inner is not None and name == "arrayValue":
            return [_plain(Record.of(each)) for each in inner.list("values", optional=True)]
        if inner is not None and name == "kvlistValue":
            return {each.text("key"): _plain(each.record("value")) for each in inner.records("values", optional=True)}
        return value.as_it_is()[name]
    return None


def tree_of(values: dict[str, Any], name: str) -> list[Any] | None:
    """The list that numbered names spell: ``NAME.0.message.content`` and its like."""
    root: dict[str, Any] = {}
    for each, value in values.items():
        if each.startswith(f"{name}."):
            _put(root, [part for part in each.removeprefix(f"{name}.").split(".") if part not in _BETWEEN], value)
    listed = _lists(root)
    return listed if isinstance(listed, list) and listed else None


def _put(root: dict[str, Any], path: list[str], value: Any) -> None:
    for part in path[:-1]:
        inner = root.setdefault(part, {})
        if not isinstance(inner, dict):
            return
        root = inner
    if path:
        root[path[-1]] = value


def _lists(value: Any) -> Any:
    """Objects whose names are all numbers are lists; ``contents`` are the content in parts."""
    if not isinstance(value, dict):
        return value
    if value and len(value) <= _MOST_ELEMENTS and all(name.isdecimal() for name in value):
        return [_lists(value[name]) for name in sorted(value, key=int)]
    return {"content" if name == "contents" else name: _lists(inner) for name, inner in value.items()}
