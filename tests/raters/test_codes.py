"""A rater gets the code of the outcome they earned, and no other."""

from datetime import UTC, datetime, timedelta

import pytest

from raters.models import Arrival, CompletionCode, EntryLink
from raters.services.codes import ReturnTicket, show_code
from tests import factories

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def arrival() -> Arrival:
    study = factories.study()
    link = EntryLink.objects.create(
        stage=factories.stage(study, 1), label="crowd", return_address="https://crowd.example/?cc={code}&x=1"
    )
    CompletionCode.objects.create(entry_link=link, outcome="completed", code="C & D/1")
    CompletionCode.objects.create(entry_link=link, outcome="withdrew", code="W")
    enrolment = factories.rater(study).enrolments.get()
    return Arrival.objects.create(
        enrolment=enrolment, stage=link.stage, entry_link=link, arrived_at=NOW, outcome="completed"
    )


def test_the_code_of_the_outcome_is_shown_and_fits_into_the_address(arrival: Arrival) -> None:
    ticket = show_code(arrival=arrival, now=NOW)
    assert ticket == ReturnTicket("C & D/1", "https://crowd.example/?cc=C%20%26%20D%2F1&x=1")


def test_it_is_kept_when_a_code_was_first_shown(arrival: Arrival) -> None:
    show_code(arrival=arrival, now=NOW)
    show_code(arrival=arrival, now=NOW + timedelta(hours=1))
    assert Arrival.objects.get().code_shown_at == NOW


def test_nothing_is_shown_before_the_arrival_has_ended(arrival: Arrival) -> None:
    arrival.outcome = ""
    with pytest.raises(ValueError, match="has not ended"):
        show_code(arrival=arrival, now=NOW)


def test_an_outcome_without_a_code_gives_none_and_notes_nothing(arrival: Arrival) -> None:
    arrival.outcome = "technical"
    assert show_code(arrival=arrival, now=NOW) == ReturnTicket("", "")
    assert Arrival.objects.get().code_shown_at is None


def test_nobody_is_led_to_an_address_that_is_not_safe(arrival: Arrival) -> None:
    EntryLink.objects.update(return_address="javascript:alert({code})")
    arrival.refresh_from_db()
    assert show_code(arrival=arrival, now=NOW) == ReturnTicket("C & D/1", "")


def test_a_link_that_is_gone_has_no_code(arrival: Arrival) -> None:
    EntryLink.objects.all().delete()
    arrival.refresh_from_db()
    assert show_code(arrival=arrival, now=NOW) == ReturnTicket("", "")
