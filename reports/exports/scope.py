"""Whose data an export holds, and how much of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from conversations.models import Study

type Beat = Callable[[], None]  # told now and then that the work goes on


@dataclass(frozen=True, slots=True)
class ExportScope:
    """``stages`` whose labels are in; ``withheld`` those left out because they must not be seen yet."""

    study: Study
    stages: Sequence[int]
    withheld: Sequence[int] = field(default=())
