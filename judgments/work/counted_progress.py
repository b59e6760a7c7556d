"""How far a rater is, counted once in a while and counted down between: to count it anew reads hundreds of slots.

It stands in the rater's place in the queue, with the number of claims for which it is true; any other number, and it says nothing.
"""

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Self

STANDS_SECONDS = 60.0
# With fewer pages left each of them is counted: a rater looks at the last ones.
COUNTED_ANEW = 20


@dataclass(frozen=True, slots=True)
class CountedProgress:
    done: int
    left: int  # free for this rater, the open one included; not counted beyond the next slots
    units: int  # of those that are left
    goes_on: bool  # more may come after what was counted
    claims: int
    counted_at: float  # seconds since 1970

    @classmethod
    def stored(cls, value: dict[str, Any] | None) -> Self | None:
        return cls(**value) if value else None

    @property
    def as_stored(self) -> dict[str, Any]:
        return asdict(self)

    def standing(self, *, claims: int, now: datetime) -> Self | None:
        """This, if it still says something."""
        is_recent = 0 <= now.timestamp() - self.counted_at < STANDS_SECONDS
        return self if is_recent and claims == self.claims and self.left > COUNTED_ANEW else None

    def after(self, *, is_judged: bool) -> Self:
        """Once the open page has ended, judged or not, and another is given."""
        done, claims = self.done + is_judged, self.claims + 1
        if self.goes_on:
            return replace(self, done=done, claims=claims)
        units = round(self.units * (self.left - 1) / self.left) if self.left else 0
        return replace(self, done=done, claims=claims, left=max(0, self.left - 1), units=units)
