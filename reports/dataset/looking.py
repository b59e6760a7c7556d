"""Who saw labels of a stage early, by role: never who (docs/protocol.md, Counting)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from conversations.models import Study
from judgments.models import Look, Reopening


@dataclass(frozen=True, slots=True)
class LookFacts:
    """``members`` of one role saw labels of a stage in one way, the first of them at ``first_at``.

    ``while_collecting``: the stage was open or paused. Else it was closed, and opened again afterwards.
    """

    stage: int
    way: str
    role: str
    while_collecting: bool
    members: int
    first_at: str


@dataclass(frozen=True, slots=True)
class ReopeningFacts:
    """``after_looks``: labels of the stage had been seen by then."""

    stage: int
    reopened_at: str
    after_looks: bool


def looks_of(study: Study) -> list[LookFacts]:
    """Looks at a closed stage count only where it was opened again after them. How often is left out: it never rests."""
    reopened: dict[int, datetime] = {}
    for each in _reopenings(study):
        reopened[each.stage.number] = _second(each.reopened_at)
    grouped: dict[tuple[int, str, str, bool], list[datetime]] = defaultdict(list)
    for look in Look.objects.filter(stage__study=study).select_related("stage"):
        number, first = look.stage.number, _second(look.first_at)
        if look.while_collecting or (number in reopened and first <= reopened[number]):
            grouped[number, look.way, look.role, look.while_collecting].append(first)
    return [LookFacts(*key, len(firsts), _written(min(firsts))) for key, firsts in sorted(grouped.items())]


def reopenings_of(study: Study) -> list[ReopeningFacts]:
    first: dict[int, datetime] = {}
    for stage, at in Look.objects.filter(stage__study=study).values_list("stage__number", "first_at"):
        first[stage] = min(_second(at), first.get(stage, _second(at)))
    return [
        ReopeningFacts(
            each.stage.number,
            _written(_second(each.reopened_at)),
            each.stage.number in first and first[each.stage.number] <= _second(each.reopened_at),
        )
        for each in _reopenings(study)
    ]


def _reopenings(study: Study) -> Iterable[Reopening]:
    return Reopening.objects.filter(stage__study=study).select_related("stage").order_by("stage__number", "reopened_at")


def _second(moment: datetime) -> datetime:
    """As precise as it is written, so that an imported study compares alike."""
    return moment.astimezone(UTC).replace(microsecond=0)


def _written(moment: datetime) -> str:
    return moment.isoformat()
