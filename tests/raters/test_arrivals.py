"""Arrivals begin, go on and end."""

from datetime import UTC, datetime, timedelta

import pytest

from raters.enums import EnrolmentOutcome
from raters.incoming import Incoming
from raters.models import Arrival, Enrolment, EntryLink
from raters.services.arrivals import SessionOfAnother, begin_arrival, current_arrival, end_arrival
from tests import factories

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def link() -> EntryLink:
    stage = factories.stage(factories.study(), 1)
    return EntryLink.objects.create(stage=stage, label="crowd", platform="other", person_parameter="PID")


@pytest.fixture
def enrolment(link: EntryLink) -> Enrolment:
    return factories.rater(link.stage.study).enrolments.get()


def come(enrolment: Enrolment, link: EntryLink, session: str | None, *, signed: bool = False) -> Arrival:
    incoming = None if session is None else Incoming("person", session, signed)
    return begin_arrival(enrolment=enrolment, link=link, incoming=incoming, now=NOW)


def test_a_session_is_one_arrival_however_often_it_comes(link: EntryLink, enrolment: Enrolment) -> None:
    first = come(enrolment, link, "s1", signed=True)
    assert (first.signed, first.arrived_at, first.stage) == (True, NOW, link.stage)
    assert come(enrolment, link, "s1") == first
    assert come(enrolment, link, "s2") != first


def test_a_platform_without_sessions_goes_on_with_the_arrival_there_is(link: EntryLink, enrolment: Enrolment) -> None:
    first = come(enrolment, link, "")
    assert come(enrolment, link, "") == first
    end_arrival(arrival=first, outcome=EnrolmentOutcome.COMPLETED, now=NOW)
    assert come(enrolment, link, "") != first


def test_each_start_without_a_platform_is_an_arrival(link: EntryLink, enrolment: Enrolment) -> None:
    assert come(enrolment, link, None) != come(enrolment, link, None)


def test_the_session_of_another_is_refused(link: EntryLink, enrolment: Enrolment) -> None:
    come(enrolment, link, "s1")
    with pytest.raises(SessionOfAnother):
        come(factories.rater(link.stage.study).enrolments.get(), link, "s1")


@pytest.mark.parametrize(("outcome", "left"), [("returned", ""), ("withdrew", "withdrew")])
def test_only_a_new_session_welcomes_back_who_returned(
    link: EntryLink, enrolment: Enrolment, outcome: str, left: str
) -> None:
    come(enrolment, link, "s1")
    Enrolment.objects.update(outcome=outcome)
    come(enrolment, link, "s1")
    assert Enrolment.objects.get().outcome == outcome
    come(enrolment, link, "s2")
    assert Enrolment.objects.get().outcome == left


def test_the_first_outcome_stays_and_ends_the_arrival(link: EntryLink, enrolment: Enrolment) -> None:
    arrival = come(enrolment, link, "s1")
    assert current_arrival(enrolment=enrolment, stage=link.stage) == arrival
    end_arrival(arrival=arrival, outcome=EnrolmentOutcome.COMPLETED, now=NOW)
    end_arrival(arrival=arrival, outcome=EnrolmentOutcome.RETURNED, now=LATER)
    arrival.refresh_from_db()
    assert (arrival.outcome, arrival.ended_at) == ("completed", NOW)
    assert current_arrival(enrolment=enrolment, stage=link.stage) is None
