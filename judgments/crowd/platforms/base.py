"""What a crowd platform is to those who pay the crowd: one ``CrowdPlatform``, made in one module of ``platforms``."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from judgments.enums import ActKind
from raters.models import Arrival
from raters.platforms.registry import platform_of


class CallRefused(Exception):
    """It was certainly not done: the call was refused, or never reached the platform."""

    def __init__(self, words: str, *, status: int = 0) -> None:
        super().__init__(words)
        self.status = status


class AskedToWait(Exception):
    """Too many calls: it was not done. ``seconds`` is None where the platform doesn't say for how long."""

    def __init__(self, seconds: float | None) -> None:
        super().__init__("The platform asked to wait.")
        self.seconds = seconds


class NoAnswer(Exception):
    """The call was sent, and nobody knows what became of it."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A bonus payment that was set up and not paid. ``amount`` is what all people get together, without fees."""

    bonus_id: str
    amount: Decimal | None


class Approve(Protocol):
    """Several at once. Telling it twice does it once."""

    def __call__(self, *, token: str, submissions: Sequence[str]) -> None: ...


class ScreenOut(Protocol):
    """By the study's code for that. Telling it twice does it once."""

    def __call__(self, *, token: str, submission: str, code: str) -> None: ...


class PrepareBonus(Protocol):
    """Pays nothing yet. ``amounts`` by submission, in the currency of the platform's study."""

    def __call__(self, *, token: str, platform_study_id: str, amounts: Sequence[tuple[str, Decimal]]) -> Prepared: ...


class PayBonus(Protocol):
    """Never called twice for one id: people would be paid twice."""

    def __call__(self, *, token: str, bonus_id: str) -> None: ...


@dataclass(frozen=True, kw_only=True)
class PlatformApi:
    """How a platform is told. Each call raises ``CallRefused``, ``AskedToWait`` or ``NoAnswer``, and nothing else."""

    approve: Approve
    screen_out: ScreenOut
    prepare_bonus: PrepareBonus
    pay_bonus: PayBonus
    is_id: Callable[[str | None], bool]  # whether a text may be an id of the platform's
    most_at_once: int  # arrivals in one call
    settled: frozenset[str]  # what it calls a submission that can't become anything else any more
    leads: Mapping[ActKind, str]  # what sending each list does there
    token_help: str  # where a token is made, and what it may do
    study_id_help: str  # where the id of a study is found


# What a downloaded list has of one arrival: of what kind the list is, who arrived, and what they are due.
type Row = Callable[[ActKind, Arrival, Decimal], list[str]]


@dataclass(frozen=True, kw_only=True)
class CrowdPlatform:
    name: str  # what entry links store: a value of ``raters.enums.Platform``
    row: Row
    api: PlatformApi | None = None  # or its lists are only downloaded

    @property
    def short_name(self) -> str:
        return platform_of(self.name).short_name


def submission_or_amount(kind: ActKind, arrival: Arrival, due: Decimal) -> list[str]:
    """Submissions to approve and screen out one a line, bonuses as participant and amount."""
    if kind == ActKind.BONUS:
        return [arrival.enrolment.external_id or "", str(due)]
    return [arrival.session_id or ""]
