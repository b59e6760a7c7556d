"""Of which arm a response is, or a judgment on one."""

from conversations.formats.fields import FieldError, Record, excerpt, storable
from conversations.formats.limits import MAX_INTEGER, MAX_NAME_CHARACTERS
from conversations.formats.rows import StatedArm

_POLICIES = ("own", "accepted", "relevant", "selection", "all")
_MAX_SETTINGS = 50
_MAX_SETTING_CHARACTERS = 200


def stated_arm(record: Record) -> StatedArm:
    """A name alone, or an object where more is said of the treatment."""
    if record.missing("arm"):
        return StatedArm()
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
