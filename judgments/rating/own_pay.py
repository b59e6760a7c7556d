"""What a rater has worked and earned, the same wherever a page of theirs says so."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from conversations.models import Stage
from judgments.eligibility.standing import latest_arrival
from judgments.rating import durations
from judgments.work import pay
from raters.models import Arrival, Enrolment


@dataclass(frozen=True, slots=True)
class Figures:
    """Work and its pay in words. ``amount`` is None where the study pays nothing."""

    title: str
    pages: int
    time: str
    amount: Decimal | None
    currency: str


def own_figures(*, enrolment: Enrolment, stage: Stage) -> Sequence[Figures]:
    """Of the visit that goes on or was the last; of this part where the rater worked in another too; in all."""
    arrival = latest_arrival(enrolment=enrolment, stage=stage)
    in_all, of_stage = _worked(enrolment), _worked(enrolment, stage)
    figures = [(_("In all"), in_all)]
    if of_stage.active_ms != in_all.active_ms or of_stage.pages != in_all.pages:
        figures.insert(0, (_("In this part"), of_stage))
    if arrival is not None:
        figures.insert(0, (_("This visit"), _of_visit(arrival)))
    return [_figures(title, of, enrolment) for title, of in figures]


def _worked(enrolment: Enrolment, stage: Stage | None = None) -> pay.Pay:
    found = pay.pay_of(study=enrolment.study, rater_ids=[enrolment.rater_id], stage=stage)
    return found[0] if found else pay.no_pay(study=enrolment.study, rater_id=enrolment.rater_id)


def _of_visit(arrival: Arrival) -> pay.Pay:
    study, rater_id = arrival.stage.study, arrival.enrolment.rater_id
    paid = pay.pay_of_arrivals(study=study, arrival_ids=[arrival.pk], rater_ids=[rater_id])
    return paid.get(arrival.pk) or pay.no_pay(study=study, rater_id=rater_id)


def _figures(title: str, of: pay.Pay, enrolment: Enrolment) -> Figures:
    amount = of.amount if enrolment.study.pay_per_hour else None
    return Figures(title, of.pages, durations.in_words(of.active_ms), amount, of.currency)
