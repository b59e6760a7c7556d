"""How long the pages of a stage take. The app that owns the pages registers who knows it (``AppConfig.ready``)."""

from collections.abc import Callable
from dataclasses import dataclass

from conversations.models import Stage


@dataclass(frozen=True, slots=True)
class PageTimes:
    seconds: float  # one page, on average
    words: int  # to read on it, on average
    measured: bool  # as raters took lately; else reckoned from the words and the units
    practice: int  # pages that come before the first one


type TimesOfPages = Callable[[Stage], PageTimes]

_KNOWN: list[TimesOfPages] = []


def register(times: TimesOfPages) -> None:
    """Raises ValueError where somebody else knows it already."""
    if _KNOWN and [times] != _KNOWN:
        raise ValueError("The times of pages are known already.")
    _KNOWN[:] = [times]


def times_of_pages(stage: Stage) -> PageTimes:
    (times,) = _KNOWN
    return times(stage)
