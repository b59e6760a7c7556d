"""The pay sheet of all raters."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from conversations.models import Stage, Study
from conversations.spreadsheets import as_text
from judgments.work.pay import MILLISECONDS_PER_HOUR, Pay, pay_of
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
    """Every human rater who was given a page, by number. In two queries."""
    enrolments = {
        enrolment.rater_id: enrolment
        for enrolment in Enrolment.objects.filter(study=study, rater__kind=RaterKind.HUMAN).select_related("entry_link")
    }
    paid = [pay for pay in pay_of(study=study, stage=stage) if pay.rater_id in enrolments]
    lines = sorted((PayLine(enrolments[pay.rater_id], pay) for pay in paid), key=lambda line: line.enrolment.number)
    return PaySheet(lines, study.currency)


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
