"""What a system answered: the text, what it was given, and how it came about."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from conversations.formats.context import Context
from conversations.formats.fields import Record
from conversations.formats.limits import MAX_ATTRIBUTE_CHARACTERS, MAX_NAME_CHARACTERS
from conversations.formats.rows import GivenAttribute, ResponseRow, Row, StatedArm

from .arms import stated_arm
from .kind import RowKind, system_of

_MAX_COST = Decimal(1_000_000)


def _response(line: int, record: Record, context: Context) -> Row:
    return ResponseRow(
        line=line,
        system=system_of(record, context),
        subject=record.identifier("subject"),
        prompt=record.identifier("prompt"),
        kind=record.choice("response", ("generic", "personalized")),
        text=record.text("text"),
        attributes=None if record.missing("attributes") else tuple(map(_given, record.records("attributes"))),
        arm=_arm(record),
        model=record.optional_text("model", MAX_NAME_CHARACTERS),
        input_tokens=record.optional_integer("input_tokens"),
        output_tokens=record.optional_integer("output_tokens"),
        latency_ms=record.optional_integer("latency_ms"),
        cost=_cost(record),
    )


def _arm(record: Record) -> StatedArm:
    if not record.missing("arm") and record.text("response") != "personalized":
        raise record.error("arm", "nothing but with a personalized response: a generic one belongs to all arms")
    return stated_arm(record)


def _given(record: Record) -> GivenAttribute:
    record.only(frozenset({"attribute", "given", "mentioned"}))
    return GivenAttribute(
        attribute=record.text("attribute", MAX_ATTRIBUTE_CHARACTERS),
        given=True if record.missing("given") else record.boolean("given"),
        mentioned=record.optional_boolean("mentioned"),
    )


def _cost(record: Record) -> str | None:
    expected = "a decimal number that is not negative, like 0.0012"
    value = record.text_or_number("cost", expected)
    if value is None:
        return None
    if (isinstance(value, str) and len(value) > 40) or (isinstance(value, int) and not 0 <= value < _MAX_COST):
        raise record.error("cost", expected)
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        raise record.error("cost", expected) from None
    if not amount.is_finite() or not 0 <= amount < _MAX_COST:
        raise record.error("cost", expected)
    return f"{amount:f}"


KINDS: Mapping[str, RowKind] = {
    "response": RowKind(
        frozenset(
            {"system", "subject", "prompt", "response", "text", "attributes", "model", "input_tokens"}
            | {"output_tokens", "latency_ms", "cost", "arm"}
        ),
        _response,
    ),
}
