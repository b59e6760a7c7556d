"""What a rater has worked and earned. The app that owns the work registers who knows it (``AppConfig.ready``)."""

from collections.abc import Sequence
from typing import Protocol

from conversations.models import Stage
from raters.models import Enrolment


class OwnWork(Protocol):
    def __call__(self, *, enrolment: Enrolment, stage: Stage) -> Sequence[object]:
        """For ``judgments/parts/worked.html``, as on every page that tells it."""


_KNOWN: list[OwnWork] = []


def register(work: OwnWork) -> None:
    """Raises ValueError where somebody else knows it already."""
    if _KNOWN and [work] != _KNOWN:
        raise ValueError("What raters worked is known already.")
    _KNOWN[:] = [work]


def own_work(*, enrolment: Enrolment, stage: Stage) -> Sequence[object]:
    (work,) = _KNOWN
    return work(enrolment=enrolment, stage=stage)
