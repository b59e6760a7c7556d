"""How large the pages of a stage are. The app that owns the pages registers who knows it (``AppConfig.ready``)."""

from collections.abc import Callable

from conversations.models import Stage

type UnitsOnAPage = Callable[[Stage], float]

_KNOWN: list[UnitsOnAPage] = []


def register(units: UnitsOnAPage) -> None:
    """Raises ValueError where somebody else knows it already."""
    if _KNOWN and [units] != _KNOWN:
        raise ValueError("The size of pages is known already.")
    _KNOWN[:] = [units]


def units_on_a_page(stage: Stage) -> float:
    """How many units the stage's pages have on average."""
    (units,) = _KNOWN
    return units(stage)
