"""What a stage will take, told before it opens."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count

from conversations.models import Stage
from judgments.eligibility.specials import shares_of
from judgments.eligibility.wanted import targets_without_overall, wanted_tasks
from judgments.enums import Outcome, Special, TaskKind
from judgments.models import Assignment, Unit
from judgments.order import page_count
from judgments.stages import behaviour
from judgments.work.control_counts import controls_of
from raters.enums import RaterKind

_MEASURED_TASKS = 200  # the latest ones tell the pace
_ENOUGH_TASKS = 20
CENT = Decimal("0.01")
_PAGES_LOOKED_AT = 50


@dataclass(frozen=True, slots=True)
class WorkEstimate:
    tasks: int
    units: int
    judgments: int  # units x k
    seconds_per_unit: float
    measured: bool  # the pace is the study's own, not an assumption
    hours: float  # controls and repeats included
    beside: int  # percent of raters' pages that are controls or repeats
    money: Decimal  # for raters' time
    fee: Decimal  # the crowd platform's, on top
    currency: str
    k: int

    @property
    def units_note(self) -> str:
        return f"{self.units:,} units x {self.k} raters"

    @property
    def hours_text(self) -> str:
        return f"{self.hours:,.1f}"

    @property
    def hours_note(self) -> str:
        return f"with controls and repeats, {self.beside} % of the pages" if self.beside else ""

    @property
    def money_text(self) -> str:
        return f"{self.money:,.2f} {self.currency}"

    @property
    def fee_text(self) -> str:
        return f"{self.fee:,.2f} {self.currency}" if self.fee else ""


def estimate_of(stage: Stage) -> WorkEstimate:
    """Tasks, judgments, hours and money of everything the stage's gating asks for now."""
    tasks, units = _built(stage)
    new_tasks, new_units = _unbuilt(stage)
    tasks, units = tasks + new_tasks, units + new_units
    seconds, measured = _pace(stage)
    beside = _beside(stage)
    hours = _hours(units * stage.k, seconds, beside)
    money = Decimal(hours) * stage.study.pay_per_hour
    return WorkEstimate(
        tasks=tasks,
        units=units,
        judgments=units * stage.k,
        seconds_per_unit=seconds,
        measured=measured,
        hours=hours,
        beside=beside,
        money=money.quantize(CENT),
        fee=(money * stage.study.platform_fee / 100).quantize(CENT),
        currency=stage.study.currency,
        k=stage.k,
    )


def hours_of(stage: Stage, judgments: float) -> float:
    """Of all raters together, with the controls and repeats between those pages."""
    seconds, _measured = _pace(stage)
    return _hours(judgments, seconds, _beside(stage))


def _hours(judgments: float, seconds: float, beside: int) -> float:
    return judgments * seconds / 3600 * 100 / (100 - beside)


def units_on_a_page(stage: Stage) -> float:
    """How many units the stage's pages have on average, told from the first of them; their limit before there are any."""
    first = stage.tasks.filter(position__isnull=False).order_by("position")[:_PAGES_LOOKED_AT]
    counts = first.annotate(units_count=Count("units")).values_list("units_count", flat=True)
    return sum(counts) / len(counts) if counts else stage.page_size


def _beside(stage: Stage) -> int:
    """Controls and repeats are further pages, which are paid; gold and attention checks stand in for the pages they are made of."""
    shares = shares_of(stage)
    controls = shares[Special.CONTROL] and controls_of(stage)
    there = controls and (controls.each or controls.set_aside)
    return shares[Special.REPEAT] + (shares[Special.CONTROL] if there else 0)


def _built(stage: Stage) -> tuple[int, int]:
    wanted = wanted_tasks(stage)
    return wanted.count(), Unit.objects.filter(task__in=wanted).count()


def _unbuilt(stage: Stage) -> tuple[int, int]:
    way = behaviour(stage.number)
    pairs = way.pairs(stage).filter(built=False).order_by()
    overall = set(targets_without_overall(stage).values_list("id", flat=True)) if way.has_overall_unit else set()
    tasks = units = 0
    for target_id, count in pairs.values_list("target_id").annotate(count=Count("judged_id")).iterator():
        count_with_overall = count + (target_id in overall)
        overall.discard(target_id)
        tasks += page_count(count_with_overall, stage.page_size)
        units += count_with_overall
    return tasks + len(overall), units + len(overall)


def _pace(stage: Stage) -> tuple[float, bool]:
    """Active seconds for one unit: the median of the latest counted pages or, until there are enough, the stage's setting."""
    latest = (
        Assignment.objects.filter(stage=stage, outcome=Outcome.SUBMITTED, active_ms__gt=0)
        .filter(task__kind=TaskKind.REGULAR, presentation=0, rater__kind=RaterKind.HUMAN)
        .order_by("-submitted_at")
        .annotate(units=Count("task__units"))
        .values_list("active_ms", "units")[:_MEASURED_TASKS]
    )
    paces = sorted(active_ms / units / 1000 for active_ms, units in latest if units)
    if len(paces) < _ENOUGH_TASKS:
        return stage.seconds_per_unit, False
    return paces[len(paces) // 2], True
