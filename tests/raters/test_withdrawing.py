"""A rater takes back their consent: they leave the study, and what they were at has ended."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import AuditEntry
from raters.models import Arrival, Enrolment
from raters.services.withdrawing import withdraw_enrolment
from tests import factories

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
EARLIER = NOW - timedelta(hours=1)


@pytest.fixture
def enrolment() -> Enrolment:
    return factories.rater(factories.study()).enrolments.select_related("study").get()


def test_withdrawing_ends_what_goes_on_and_leaves_what_had_ended(enrolment: Enrolment) -> None:
    stage = factories.stage(enrolment.study, 1)
    for outcome, ended_at in (("", None), ("completed", EARLIER)):
        Arrival.objects.create(enrolment=enrolment, stage=stage, arrived_at=EARLIER, outcome=outcome, ended_at=ended_at)
    assert withdraw_enrolment(enrolment=enrolment, now=NOW)
    ended = Arrival.objects.order_by("pk").values_list("outcome", "ended_at")
    assert list(ended) == [("withdrew", NOW), ("completed", EARLIER)]
    assert enrolment.outcome == Enrolment.objects.get().outcome == "withdrew"


def test_who_has_withdrawn_can_not_do_so_again(enrolment: Enrolment) -> None:
    assert withdraw_enrolment(enrolment=enrolment, now=NOW)
    assert not withdraw_enrolment(enrolment=enrolment, now=NOW)
    entry = AuditEntry.objects.get(action="enrolment.withdraw")
    assert entry.details == {"rater": enrolment.rater_id, "policy": enrolment.study.withdrawal_policy}


def test_whatever_had_become_of_them_they_may_withdraw(enrolment: Enrolment) -> None:
    Enrolment.objects.update(outcome="returned")
    assert withdraw_enrolment(enrolment=enrolment, now=NOW)
    assert Enrolment.objects.get().outcome == "withdrew"


def test_others_are_left_as_they_are(enrolment: Enrolment) -> None:
    other = factories.rater(enrolment.study).enrolments.get()
    withdraw_enrolment(enrolment=enrolment, now=NOW)
    other.refresh_from_db()
    assert other.outcome == ""
