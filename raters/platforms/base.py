"""What a platform is to those who arrive from it: one ``ArrivalPlatform``, made in one module of ``platforms``."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from raters.models import EntryLink


class TokenRefused(Exception):
    """The token is missing, forged, out of date, or about somebody else."""


class KeysUnavailable(Exception):
    """The platform's keys can't be fetched now, so that no token can be checked."""


class ForgedEvent(Exception):
    """The request was not signed with our secret, or long ago."""


class CheckToken(Protocol):
    """The platform vouches for the person, the study and the session in the address.

    May fetch keys, so it is never called inside a transaction. Raises TokenRefused or KeysUnavailable.
    """

    def __call__(self, link: EntryLink, parameters: Mapping[str, str]) -> None: ...


@dataclass(frozen=True, slots=True)
class Signature:
    """A platform that can sign the addresses by which its people arrive."""

    check: CheckToken
    help: str  # what whoever makes a link has to do for it


@dataclass(frozen=True, slots=True)
class StatusEvent:
    """A submission has a new status."""

    event_id: str  # no other event has it, of this platform or another
    kind: str  # as the platform calls such events
    session_id: str
    status: str
    sent_at: datetime


class ReadEvent(Protocol):
    """None for what is not about the status of a submission. Raises ForgedEvent for what the platform did not sign."""

    def __call__(
        self, *, secret: str, body: bytes, headers: Mapping[str, str], now: datetime
    ) -> StatusEvent | None: ...


@dataclass(frozen=True, slots=True)
class Hook:
    """Where the platform tells how its submissions stand."""

    secret: Callable[[], str]  # empty: none are taken here
    read: ReadEvent
    given_back: frozenset[str]  # the statuses that free what the rater had at hand


def _left_open(name: str) -> str:
    return "..."


@dataclass(frozen=True, kw_only=True)
class ArrivalPlatform:
    name: str  # what links and enrolments store: a value of ``Platform``
    short_name: str  # as people are told of it
    address_words: str  # what to do with the address of a link
    is_crowd: bool = True  # it says who comes, and takes a completion code for each arrival
    # The fields of a link that whoever makes it need not fill in: parameters of the address, the address to return to.
    fixed: Mapping[str, str] = field(default_factory=dict)
    placeholder: Callable[[str], str] = _left_open  # what stands in the address for the parameter of this name
    field_help: Mapping[str, str] = field(default_factory=dict)  # for fields of a link that only this platform asks
    signature: Signature | None = None
    hook: Hook | None = None

    def check_token(self, link: EntryLink, parameters: Mapping[str, str]) -> None:
        """Raises TokenRefused or KeysUnavailable."""
        if self.signature is None:
            raise TokenRefused("This platform signs nothing.")
        self.signature.check(link, parameters)
