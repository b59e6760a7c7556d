"""Raters and researchers write to each other, on a page of the rater's."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from accounts.models import User
from conversations.models import Study
from raters.models import Enrolment, Message
from raters.services.messages import MESSAGES_A_DAY, TooManyMessages, send_from_rater, send_to_rater
from tests import factories, worlds

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def study() -> Study:
    return worlds.rateable_study()


@pytest.fixture
def client(study) -> Client:
    client = Client()
    client.post(f"/r/{worlds.entry_link(study.stages.get(number=1)).token}/")
    return client


def test_a_rater_writes_and_reads_the_answer(study, client):
    url = f"/rate/{study.slug}/1/messages/"
    page = client.post(url, {"text": "  Is <b>this</b> paid?  "}, follow=True).content.decode()
    assert "Is &lt;b&gt;this&lt;/b&gt; paid?" in page
    enrolment = Enrolment.objects.get(study=study)
    assert Message.objects.get().text == "Is <b>this</b> paid?"
    sender = User.objects.create_user("ada")
    send_to_rater(enrolment=enrolment, sender=sender, text="Yes.", now=NOW)
    rating = f"/rate/{study.slug}/1/"
    assert "New answer" in client.get(rating).content.decode()
    page = client.get(url).content.decode()
    assert "Yes." in page
    assert "ada" not in page  # who of the researchers wrote is theirs to tell
    assert "New answer" not in client.get(rating).content.decode()


def test_an_empty_message_is_refused(study, client):
    response = client.post(f"/rate/{study.slug}/1/messages/", {"text": "   "})
    assert response.status_code == 422
    assert not Message.objects.exists()
    with pytest.raises(ValidationError):
        send_to_rater(
            enrolment=Enrolment.objects.get(study=study), sender=User.objects.create_user("a"), text=" ", now=NOW
        )


def test_a_day_takes_only_so_many_messages_of_one_rater():
    study = factories.study()
    enrolment = Enrolment.objects.get(rater=factories.rater(study))
    other = Enrolment.objects.get(rater=factories.rater(study))
    for _message in range(MESSAGES_A_DAY):
        send_from_rater(enrolment=enrolment, text="Hello", now=NOW)
    with pytest.raises(TooManyMessages):
        send_from_rater(enrolment=enrolment, text="Hello", now=NOW + timedelta(hours=23))
    send_from_rater(enrolment=other, text="Hello", now=NOW)
    send_from_rater(enrolment=enrolment, text="Hello", now=NOW + timedelta(days=1, seconds=1))


def test_who_wrote_too_much_is_told_kindly_and_keeps_the_text(study, client):
    enrolment = Enrolment.objects.get(study=study)
    Message.objects.bulk_create(
        Message(enrolment=enrolment, from_rater=True, text="Hello", sent_at=datetime.now(UTC))
        for _ in range(MESSAGES_A_DAY)
    )
    response = client.post(f"/rate/{study.slug}/1/messages/", {"text": "One more thing"})
    assert response.status_code == 429
    assert "write again tomorrow" in response.content.decode()
    assert "One more thing" in response.content.decode()


def test_raters_see_no_messages_of_others(study, client):
    other = Enrolment.objects.get(rater=factories.rater(study))
    send_from_rater(enrolment=other, text="A secret", now=NOW)
    send_to_rater(enrolment=other, sender=User.objects.create_user("a"), text="An answer", now=NOW)
    assert "A secret" not in client.get(f"/rate/{study.slug}/1/messages/").content.decode()
    assert "New answer" not in client.get(f"/rate/{study.slug}/1/").content.decode()
