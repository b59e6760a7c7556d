"""Pay: all time that was worked, whatever became of the page."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from conversations.models import Study
from judgments.enums import ExclusionReason, Outcome
from judgments.models import Assignment
from judgments.work.excluding import exclude_judgments
from judgments.work.pay import pay_of, pay_of_arrivals
from raters.models import Arrival, Enrolment, Rater
from tests import factories

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = 60_000


def page(rater: Rater, study: Study, *, minutes: float, wall: float | None = None, **values) -> Assignment:
    """A page the rater was at, for so many active minutes within ``wall`` minutes."""
    stage = factories.stage(study, 1)
    target = factories.subject(study)
    task = stage.tasks.create(subject=target, kind=values.pop("kind", "regular"))
    defaults = {
        "started_at": NOW,
        "outcome": Outcome.SUBMITTED,
        "submitted_at": NOW + timedelta(minutes=wall or minutes),
    }
    return Assignment.objects.create(
        task=task, stage=stage, rater=rater, active_ms=round(minutes * MINUTE), **defaults | values
    )


def test_every_page_is_paid_whatever_became_of_it():
    study = factories.study(pay_per_hour="12.00", currency="EUR")
    rater = factories.rater(study)
    for outcome in Outcome.values:
        page(rater, study, minutes=1, outcome=outcome)
    for kind in ("gold", "practice", "attention"):
        page(rater, study, minutes=1, kind=kind)
    page(rater, study, minutes=1, presentation=1)
    (pay,) = pay_of(study=study)
    assert (pay.rater_id, pay.active_ms, pay.amount, pay.currency) == (rater.pk, 10 * MINUTE, Decimal("2.00"), "EUR")
    assert pay.pages == 9  # the one that was taken back is paid, and is no page of the rater's


def test_time_on_a_page_that_was_begun_is_paid_up_to_its_last_draft():
    study = factories.study(pay_per_hour="60.00")
    rater = factories.rater(study)
    saved = NOW + timedelta(minutes=2)
    page(rater, study, minutes=3, outcome="", submitted_at=None, draft_saved_at=saved)
    (pay,) = pay_of(study=study)
    assert (pay.pages, pay.active_ms, pay.amount) == (0, 2 * MINUTE, Decimal("2.00"))


def test_active_time_is_never_more_than_the_time_that_passed():
    study = factories.study(pay_per_hour="60.00")
    rater = factories.rater(study)
    page(rater, study, minutes=500, wall=4)
    page(rater, study, minutes=3, wall=30)
    assert [pay.amount for pay in pay_of(study=study)] == [Decimal("7.00")]


def test_the_sum_is_rounded_once_and_half_up():
    study = factories.study(pay_per_hour="0.30")
    rater = factories.rater(study)
    for _page in range(5):
        page(rater, study, minutes=1)
    assert [pay.amount for pay in pay_of(study=study)] == [Decimal("0.03")]  # 0.025, not five times 0.01


def test_excluded_judgments_are_still_paid():
    study = factories.study()
    rater = factories.rater(study)
    judged = page(rater, study, minutes=5)
    for position, attribute in enumerate(factories.attributes(factories.subject(study), 3)):
        unit = judged.task.units.create(position=position, attribute=attribute)
        unit.judgments.create(rater=rater, stage_number=1, assignment=judged, label=1, submitted_at=NOW)
    before = pay_of(study=study)
    assert [(pay.judgments, pay.amount) for pay in before] == [(3, Decimal(1))]
    excluded = exclude_judgments(rater=rater, stage=judged.stage, reason=ExclusionReason.SPEEDING, actor=None, now=NOW)
    assert excluded == 3
    assert pay_of(study=study) == before


def test_pay_by_arrival_by_stage_and_by_rater(django_assert_num_queries):
    study = factories.study(pay_per_hour="60.00")
    rater, other = factories.rater(study), factories.rater(study)
    enrolment = Enrolment.objects.get(rater=rater)
    arrivals = [
        Arrival.objects.create(enrolment=enrolment, stage=factories.stage(study, 1), arrived_at=NOW) for _ in range(3)
    ]
    page(rater, study, minutes=1, arrival=arrivals[0])
    page(rater, study, minutes=2, arrival=arrivals[1])
    page(rater, study, minutes=4)
    page(other, study, minutes=8)
    with django_assert_num_queries(1):
        by_arrival = pay_of_arrivals(study=study)
    assert {key: pay.amount for key, pay in by_arrival.items()} == {arrivals[0].pk: 1, arrivals[1].pk: 2}
    with django_assert_num_queries(1):
        assert [pay.amount for pay in pay_of(study=study)] == [7, 8]
    assert [pay.amount for pay in pay_of(study=study, rater_ids=[other.pk])] == [8]
    assert pay_of(study=study, stage=factories.stage(study, 2)) == []
    assert pay_of(study=factories.study()) == []


def test_practice_is_paid_with_the_arrival_that_it_was_begun_in():
    """It takes no place in the arrival's quota, so its page names no arrival: it was in one sum and not in the other."""
    study = factories.study(pay_per_hour="60.00")
    rater = factories.rater(study)
    came = {"enrolment": Enrolment.objects.get(rater=rater), "stage": factories.stage(study, 1)}
    first, second = (Arrival.objects.create(arrived_at=NOW + timedelta(minutes=minutes), **came) for minutes in (-5, 5))
    page(rater, study, minutes=3, kind="practice")
    page(rater, study, minutes=2, kind="practice", started_at=NOW - timedelta(minutes=9))  # before any
    page(rater, study, minutes=1, arrival=second)
    by_arrival = pay_of_arrivals(study=study, rater_ids=[rater.pk])
    assert {key: (pay.pages, int(pay.amount)) for key, pay in by_arrival.items()} == {
        first.pk: (1, 3),
        second.pk: (1, 1),
    }
    assert pay_of_arrivals(study=study, arrival_ids=[first.pk]) == {first.pk: by_arrival[first.pk]}
