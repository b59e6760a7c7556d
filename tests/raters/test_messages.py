"""Words between raters and those who run their study."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from accounts.models import User
from raters.models import Enrolment, Message
from raters.queries import has_unread_answer
from raters.services.messages import (
    MESSAGE_LENGTH,
    MESSAGES_A_DAY,
    TooManyMessages,
    mark_read,
    send_from_rater,
    send_to_rater,
)
from tests import factories

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def enrolment() -> Enrolment:
    return factories.rater(factories.study()).enrolments.get()


@pytest.fixture
def sender() -> User:
    return User.objects.create_user("owner")


def test_a_message_is_kept_without_the_space_around_it(enrolment: Enrolment) -> None:
    message = send_from_rater(enrolment=enrolment, text="  Is this right?\n", now=NOW)
    assert (message.text, message.from_rater, message.sender) == ("Is this right?", True, None)


@pytest.mark.parametrize("text", ["", "  \n", "x" * (MESSAGE_LENGTH + 1)])
def test_an_empty_or_endless_message_is_refused(enrolment: Enrolment, sender: User, text: str) -> None:
    with pytest.raises(ValidationError):
        send_from_rater(enrolment=enrolment, text=text, now=NOW)
    with pytest.raises(ValidationError):
        send_to_rater(enrolment=enrolment, sender=sender, text=text, now=NOW)
    assert not Message.objects.exists()


def test_a_rater_may_write_so_often_a_day_and_is_answered_all_the_same(enrolment: Enrolment, sender: User) -> None:
    for minute in range(MESSAGES_A_DAY):
        send_from_rater(enrolment=enrolment, text="Hello", now=NOW + timedelta(minutes=minute))
    with pytest.raises(TooManyMessages):
        send_from_rater(enrolment=enrolment, text="Hello", now=NOW + timedelta(hours=23))
    send_to_rater(enrolment=enrolment, sender=sender, text="Yes?", now=NOW + timedelta(hours=23))
    other = factories.rater(enrolment.study).enrolments.get()
    send_from_rater(enrolment=other, text="Hello", now=NOW + timedelta(hours=23))
    send_from_rater(enrolment=enrolment, text="Hello", now=NOW + timedelta(days=1))


def test_each_side_marks_as_read_what_the_other_wrote(enrolment: Enrolment, sender: User) -> None:
    send_from_rater(enrolment=enrolment, text="Hello", now=NOW)
    send_to_rater(enrolment=enrolment, sender=sender, text="Hello!", now=NOW)
    assert has_unread_answer(enrolment)
    assert mark_read(enrolment=enrolment, from_rater=True, now=NOW) == 1
    assert has_unread_answer(enrolment)
    assert mark_read(enrolment=enrolment, from_rater=False, now=NOW) == 1
    assert not has_unread_answer(enrolment)
    assert mark_read(enrolment=enrolment, from_rater=False, now=NOW + timedelta(days=1)) == 0
