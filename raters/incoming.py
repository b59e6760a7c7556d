"""Who comes from a crowd platform, as its parameters in the address say."""

from collections.abc import Mapping
from dataclasses import dataclass

from accounts.storable import is_storable
from raters.models import EntryLink
from raters.platforms.registry import platform_of

_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Incoming:
    person: str
    session: str  # empty where the platform names none
    signed: bool = False


class ParameterMissing(Exception):
    """The address lacks what tells who comes, or carries a placeholder that was not filled in."""


class AnotherStudy(Exception):
    """The person comes from another study of the platform than the link is for."""


def read_parameters(link: EntryLink, parameters: Mapping[str, str]) -> Incoming:
    """Any letter case is taken, and what the link does not know is passed over.

    Raises ParameterMissing or AnotherStudy.
    """
    given = {name.lower(): value.strip() for name, value in parameters.items()}
    person = _value(given, link.person_parameter)
    session = _value(given, link.session_parameter) if link.session_parameter else ""
    study = _value(given, link.study_parameter) if link.platform_study_id else ""
    if study != link.platform_study_id:
        raise AnotherStudy
    return Incoming(person, session)


def _value(given: Mapping[str, str], name: str) -> str:
    value = given.get(name.lower(), "")
    if not value or len(value) > _LONGEST or not is_storable(value) or "{" in value or "%" in value:
        raise ParameterMissing(name)
    return value


def address_to_paste(link: EntryLink, address: str) -> str:
    """The link's address with the platform's placeholders for the parameters that the link knows."""
    names = [name for name in (link.person_parameter, link.study_parameter, link.session_parameter) if name]
    placeholder = platform_of(link.platform).placeholder
    return address + ("?" if names else "") + "&".join(f"{name}={placeholder(name)}" for name in names)
