"""What every statistic returns: a number with its interval, or the reason why there is none."""

from dataclasses import asdict, dataclass, replace
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Estimate:
    """One figure. ``value`` is None exactly when ``reason`` says why it is undefined.

    ``low`` and ``high`` bound its interval at ``level`` (0..1), where one was computed. ``n`` is the number of
    observations behind it and ``clusters`` the number of subjects they belong to. ``over`` names the samples whose chance
    the interval counts ("subjects and prompts"); ``no_interval`` says why a value has none, and ``failed`` in how many
    computations with a part left out there was no figure.
    """

    value: float | None
    n: int = 0
    low: float | None = None
    high: float | None = None
    level: float | None = None
    clusters: int | None = None
    reason: str = ""
    over: str = ""
    failed: int = 0
    no_interval: str = ""

    def __post_init__(self) -> None:
        if (self.value is None) != bool(self.reason):
            raise ValueError("An estimate has either a value or a reason why it has none.")

    @classmethod
    def undefined(cls, reason: str, n: int = 0) -> Self:
        return cls(value=None, n=n, reason=reason)

    def complement(self) -> "Estimate":
        """Of a share: of what is not in it."""
        if self.value is None:
            return self
        low, high = (None if end is None else 1 - end for end in (self.high, self.low))
        return replace(self, value=1 - self.value, low=low, high=high)

    @property
    def defined(self) -> bool:
        return self.value is not None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)
