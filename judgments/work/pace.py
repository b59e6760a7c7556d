"""How long the pages of a stage take: as its own raters took or, until there are enough, as is assumed."""

from dataclasses import dataclass
from time import monotonic

from django.db.models import Count

from conversations.models import Stage
from judgments.enums import Outcome, TaskKind
from judgments.models import Assignment
from judgments.work.reading import PAGES_LOOKED_AT, seconds_to_read, words_on_a_page
from raters.enums import RaterKind

_MEASURED_PAGES = 200  # the latest ones tell the pace
ENOUGH_PAGES = 20
_REMEMBERED_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Pace:
    seconds_per_unit: (
        float  # where it is measured, with the page's reading; else what the stage's setting says, without
    )
    words_per_page: float
    measured: bool  # the stage's own, not an assumption

    def seconds(self, *, pages: float, units: float) -> float:
        """What so many pages with so many units in all take."""
        reading = 0 if self.measured else pages * seconds_to_read(self.words_per_page)
        return reading + units * self.seconds_per_unit


def pace_of(stage: Stage) -> Pace:
    paces = _latest_paces(stage)
    measured = len(paces) >= ENOUGH_PAGES
    seconds = paces[len(paces) // 2] if measured else stage.seconds_per_unit
    return Pace(seconds, words_on_a_page(stage), measured)


def pace_lately(stage: Stage) -> Pace:
    """The same, as it was at most a minute ago: every page that a rater is given says how much is left."""
    known = _remembered.get(stage.pk)
    if known is None or known[0] < monotonic():
        known = monotonic() + _REMEMBERED_SECONDS, pace_of(stage)
        _remembered[stage.pk] = known
    return known[1]


_remembered: dict[int, tuple[float, Pace]] = {}  # in this process, by stage; until when, and what


def units_on_a_page(stage: Stage) -> float:
    """How many units the stage's pages have on average, told from the first of them; their limit before there are any."""
    first = stage.tasks.filter(position__isnull=False).order_by("position")[:PAGES_LOOKED_AT]
    counts = first.annotate(units_count=Count("units")).values_list("units_count", flat=True)
    return sum(counts) / len(counts) if counts else stage.page_size


def _latest_paces(stage: Stage) -> list[float]:
    """Active seconds for one unit of the latest counted pages, the shortest first."""
    latest = (
        Assignment.objects.filter(stage=stage, outcome=Outcome.SUBMITTED, active_ms__gt=0)
        .filter(task__kind=TaskKind.REGULAR, presentation=0, rater__kind=RaterKind.HUMAN)
        .order_by("-submitted_at")
        .values("pk")[:_MEASURED_PAGES]
    )
    # Units are counted of these pages alone, and not of all that are passed over.
    pages = Assignment.objects.filter(pk__in=latest).annotate(units=Count("task__units"))
    return sorted(active_ms / units / 1000 for active_ms, units in pages.values_list("active_ms", "units") if units)
