"""The pay sheet of all raters."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum

from conversations.models import Stage, Study
from conversations.spreadsheets import as_text
from judgments.models import RaterFigures
from judgments.oversight.folding import fold
from judgments.work.pay import MILLISECONDS_PER_HOUR, Pay, pay_for, pay_of_open_pages
from raters.enums import RaterKind
from raters.models import Enrolment
from raters.platforms.base import ArrivalPlatform
from raters.platforms.registry import platform_of


@dataclass(frozen=True, slots=True)
class PayLine:
    enrolment: Enrolment
    pay: Pay

    @property
    def platform(self) -> ArrivalPlatform:
        return platform_of(self.enrolment.platform)

    @property
    def hours(self) -> Decimal:
        return (Decimal(self.pay.active_ms) / MILLISECONDS_PER_HOUR).quantize(Decimal("0.01"))


@dataclass(frozen=True, slots=True)
class PaySheet:
    lines: list[PayLine]
    currency: str

    @property
    def amount(self) -> Decimal:
        """The sum of the amounts as they are shown, so that the sheet adds up."""
        return sum((line.pay.amount for line in self.lines), Decimal("0.00"))

    @property
    def pages(self) -> int:
        return sum(line.pay.pages for line in self.lines)

    @property
    def judgments(self) -> int:
        return sum(line.pay.judgments for line in self.lines)

    @property
    def hours(self) -> Decimal:
        total = Decimal(sum(line.pay.active_ms for line in self.lines))
        return (total / MILLISECONDS_PER_HOUR).quantize(Decimal("0.01"))


def pay_sheet(*, study: Study, stage: Stage | None = None) -> PaySheet:
    """Every human rater who was given a page, by number. In five queries."""
    enrolments = {
        enrolment.rater_id: enrolment
        for enrolment in Enrolment.objects.filter(study=study, rater__kind=RaterKind.HUMAN).select_related("entry_link")
    }
    paid = [pay for pay in _paid(study, stage) if pay.rater_id in enrolments]
    lines = sorted((PayLine(enrolments[pay.rater_id], pay) for pay in paid), key=lambda line: line.enrolment.number)
    return PaySheet(lines, study.currency)


def _paid(study: Study, stage: Stage | None) -> Iterator[Pay]:
    """What ``pay_of`` says of everybody, from the sums that are kept: a test holds the two together."""
    stages = [stage] if stage else list(study.stages.all())
    fold(stages)
    ended = RaterFigures.objects.filter(stage__in=stages, ended_pages__gt=0).values_list("rater")
    sums = ended.annotate(Sum("paid_pages"), Sum("paid_labels"), Sum("paid_ms"))
    found = {rater_id: figures for rater_id, *figures in sums}
    for pay in pay_of_open_pages(study=study, stage=stage):
        pages, labels, milliseconds = found.get(pay.rater_id, (0, 0, 0))
        found[pay.rater_id] = [pages + pay.pages, labels + pay.judgments, milliseconds + pay.active_ms]
    for rater_id, (pages, labels, milliseconds) in found.items():
        yield pay_for(study, rater_id, pages, labels, int(milliseconds))


def pay_table(sheet: PaySheet, *, with_platform_ids: bool) -> Iterator[list[str | int]]:
    """The header, a row for each rater, and the total. Text can't become a formula."""
    names = ["rater", "platform", "active_hours", "pages", "judgments", "amount", "currency"]
    ids = ["platform_id"] if with_platform_ids else []
    yield [*names, *ids]
    for line in sheet.lines:
        known = [as_text(line.enrolment.external_id or "")] if with_platform_ids else []
        yield [
            line.enrolment.number,
            line.enrolment.platform,
            str(line.hours),
            line.pay.pages,
            line.pay.judgments,
            str(line.pay.amount),
            line.pay.currency,
            *known,
        ]
    blank = [""] if with_platform_ids else []
    yield ["total", "", str(sheet.hours), sheet.pages, sheet.judgments, str(sheet.amount), sheet.currency, *blank]
