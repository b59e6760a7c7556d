"""What a system answered: the text, what it was given, and how it came about."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from conversations.formats.context import Context
from conversations.formats.fields import FieldError, Record, excerpt, storable
from conversations.formats.limits import MAX_ATTRIBUTE_CHARACTERS, MAX_INTEGER, MAX_NAME_CHARACTERS
from conversations.formats.rows import GivenAttribute, ResponseRow, Row, StatedArm

from .kind import RowKind, system_of

_POLICIES = ("own", "accepted", "relevant", "selection", "all")
_MAX_SETTINGS = 50
_MAX_SETTING_CHARACTERS = 200
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
    """A name alone, or an object where more is said of the treatment."""
    if record.missing("arm"):
        return StatedArm()
    if record.text("response") != "personalized":
        raise record.error("arm", "nothing but with a personalized response: a generic one belongs to all arms")
    if record.is_text("arm"):
        return StatedArm(name=record.text("arm", MAX_NAME_CHARACTERS).strip())
    stated = record.record("arm")
    stated.only(frozenset({"name", "policy", "selection_of", "settings"}))
    policy = None if stated.missing("policy") else stated.choice("policy", _POLICIES)
    selection_of = stated.optional_text("selection_of", MAX_NAME_CHARACTERS)
    if (policy == "selection") != (selection_of is not None):
        raise stated.error("selection_of", 'the system that selected, where the policy is "selection" and only there')
    return StatedArm(
        name=(stated.optional_text("name", MAX_NAME_CHARACTERS) or "").strip(),
        policy=policy,
        selection_of=selection_of,
        settings={} if stated.missing("settings") else _settings(stated.record("settings")),
    )


def _settings(record: Record) -> dict[str, str | int | float | bool]:
    names = record.names()
    if len(names) > _MAX_SETTINGS:
        raise FieldError(record.path, f"at most {_MAX_SETTINGS} settings", str(len(names)))
    return {storable(name, record.path): _setting(record, name) for name in names if not record.missing(name)}


def _setting(record: Record, name: str) -> str | int | float | bool:
    expected = "text, a number, true or false"
    value = record.scalar(name, expected)
    if len(name) > _MAX_SETTING_CHARACTERS:
        raise FieldError(record.path, f"names of at most {_MAX_SETTING_CHARACTERS} characters", excerpt(name))
    if isinstance(value, str):
        return record.text(name, _MAX_SETTING_CHARACTERS, blank=True)
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return record.integer(name, -MAX_INTEGER)
    if isinstance(value, float):
        return record.number(name)
    raise record.error(name, expected)


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
