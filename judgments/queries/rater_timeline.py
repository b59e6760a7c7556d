"""What happened with one rater, and the pay sheet of all."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, QuerySet

from conversations.models import Stage, Study
from conversations.spreadsheets import as_text
from judgments.models import Assignment
from judgments.queries.pay import MILLISECONDS_PER_HOUR, Pay, paid_milliseconds, pay_of
from raters.enums import RaterKind
from raters.models import Arrival, Enrolment


def pages_of(enrolment: Enrolment) -> QuerySet[Assignment]:
    """All pages the rater was given in the study, newest first, with the number of their judgments. No labels."""
    return (
        Assignment.objects.filter(rater=enrolment.rater_id, stage__study=enrolment.study_id)
        .select_related("task", "stage")
        .defer("draft", "missing_attributes", "comment")
        .annotate(labels=Count("judgments"))
        .order_by("-started_at", "-pk")
    )


def worked_seconds(page: Assignment) -> int:
    """As it is paid."""
    return round(paid_milliseconds(page) / 1000)


def arrivals_of(enrolment: Enrolment) -> QuerySet[Arrival]:
    return (
        Arrival.objects.filter(enrolment=enrolment).select_related("stage", "entry_link").order_by("-arrived_at", "-pk")
    )


@dataclass(frozen=True, slots=True)
class PayLine:
    enrolment: Enrolment
    pay: Pay

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
