"""What a stage will take, told before it opens."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count

from conversations.models import Stage
from judgments.eligibility.specials import shares_of
from judgments.eligibility.wanted import targets_without_overall, wanted_tasks
from judgments.enums import Special
from judgments.models import Unit
from judgments.order import page_count
from judgments.stages import behaviour
from judgments.work.control_counts import controls_of
from judgments.work.pace import ENOUGH_PAGES, Pace, pace_of, units_on_a_page
from judgments.work.reading import WORDS_PER_MINUTE

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class WorkEstimate:
    tasks: int
    units: int
    judgments: int  # units x k
    pace: Pace
    hours: float  # controls and repeats included
    beside: int  # percent of raters' pages that are controls or repeats
    money: Decimal  # for raters' time
    fee: Decimal  # the crowd platform's, on top
    currency: str
    k: int

    @property
    def seconds_per_unit(self) -> float:
        return self.pace.seconds_per_unit

    @property
    def measured(self) -> bool:
        """Whether the pace is the stage's own, not an assumption."""
        return self.pace.measured

    @property
    def words_per_page(self) -> int:
        return round(self.pace.words_per_page)

    @property
    def basis(self) -> str:
        """What hours and money rest on."""
        if self.measured:
            return f"As raters took lately: {self.seconds_per_unit:,.0f} s for a unit, with its reading."
        return (
            f"Assumed until {ENOUGH_PAGES} pages are judged: {self.words_per_page:,} words to read on a page, at "
            f"{WORDS_PER_MINUTE} words a minute, and {self.seconds_per_unit:,} s for a unit."
        )

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
    pace, beside = pace_of(stage), _beside(stage)
    hours = _hours(pace.seconds(pages=tasks * stage.k, units=units * stage.k), beside)
    money = Decimal(hours) * stage.study.pay_per_hour
    return WorkEstimate(
        tasks=tasks,
        units=units,
        judgments=units * stage.k,
        pace=pace,
        hours=hours,
        beside=beside,
        money=money.quantize(CENT),
        fee=(money * stage.study.platform_fee / 100).quantize(CENT),
        currency=stage.study.currency,
        k=stage.k,
    )


def hours_of(stage: Stage, judgments: float) -> float:
    """Of all raters together, with the controls and repeats between those pages."""
    seconds = pace_of(stage).seconds(pages=judgments / units_on_a_page(stage), units=judgments)
    return _hours(seconds, _beside(stage))


def _hours(seconds: float, beside: int) -> float:
    return seconds / 3600 * 100 / (100 - beside)


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
