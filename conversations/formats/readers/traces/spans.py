"""Attributes of spans, as OTLP lists them with their types or as other exporters write them."""

from typing import Any

from conversations.formats.decoding import decode
from conversations.formats.fields import FieldError, Record


def attributes_of(span: Record) -> dict[str, Any]:
    """OTLP lists them with the types of their values; other exporters write an object."""
    plain = span.record_if_any("attributes")
    if plain is not None:
        return plain.as_it_is()
    found: dict[str, Any] = {}
    for each in span.records("attributes", optional=True):
        found[each.text("key")] = _plain(each.record_if_any("value") or Record({}))
    return found


def _plain(value: Record) -> Any:
    for name in value.names():
        inner = value.record_if_any(name)
        if inner is not None and name == "arrayValue":
            return [_plain(each) for each in inner.records("values", optional=True)]
        if inner is not None and name == "kvlistValue":
            return {each.text("key"): _plain(each.record("value")) for each in inner.records("values", optional=True)}
        return value.as_it_is()[name]
    return None


def numbered_messages(values: dict[str, Any], beginnings: tuple[str, ...]) -> list[dict[str, Any]] | None:
    """``llm.input_messages.0.message.content`` and its like."""
    found: dict[int, dict[str, Any]] = {}
    for name, value in values.items():
        for beginning in beginnings:
            number, _, field = (
                name.removeprefix(beginning).partition(".") if name.startswith(beginning) else ("", "", "")
            )
            if number.isdecimal() and field.removeprefix("message.") in {"role", "content"}:
                found.setdefault(int(number), {})[field.removeprefix("message.")] = value
    return [found[number] for number in sorted(found)] or None


def first_of(values: dict[str, Any], names: tuple[str, ...]) -> Any:
    value = next((values[name] for name in names if values.get(name) is not None), None)
    if isinstance(value, str) and value.lstrip().startswith(("[", "{")):
        try:
            return decode(value.encode("utf-8", "surrogatepass"))
        except FieldError:
            return value
    return value
