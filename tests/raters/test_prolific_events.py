"""Prolific's webhooks: signed, taken once, in any order; a returned submission frees its page at once."""

import base64
import hmac
import json
import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from judgments.models import Slot
from judgments.work.claiming import claim_next
from raters.enums import EnrolmentOutcome, Platform
from raters.incoming import Incoming
from raters.models import Arrival, Enrolment, EntryLink, PlatformEvent
from raters.platforms.prolific import PARAMETERS as PARAMETERS_OF_PROLIFIC
from raters.services.enrolling import enrol
from tests import factories
from tests.judgments.raters_at_work import claim, open_for_rating

pytestmark = pytest.mark.django_db
SECRET = "a secret of the workspace"


@pytest.fixture(autouse=True)
def secret(settings):
    settings.PROLIFIC_WEBHOOK_SECRET = SECRET


@pytest.fixture
def world():
    study, stage = open_for_rating(1, subjects=1, k=1)
    link = EntryLink.objects.create(stage=stage, label="crowd", platform=Platform.PROLIFIC, **PARAMETERS_OF_PROLIFIC)
    return study, stage, link


def arrive(link: EntryLink, person: str, session: str) -> Enrolment:
    return enrol(link=link, rater=None, consent=None, now=timezone.now(), incoming=Incoming(person, session))


def tell(session: str, status: str, *, event: str = "", secret: str = SECRET, at=None, signed_at=None, happened=None):
    now = timezone.now()
    body = json.dumps({"resource_id": session, "event_type": "submission.status.change", "status": status}).encode()
    timestamp = str((signed_at or now).timestamp())
    signature = base64.b64encode(hmac.digest(secret.encode(), timestamp.encode() + body, "sha256")).decode()
    headers = {
        "X-Prolific-Request-Timestamp": timestamp,
        "X-Prolific-Request-Signature": signature,
        "X-Event-ID": event or uuid.uuid4().hex,
        "X-Timestamp": (happened or now).isoformat(),
    }
    return Client(enforce_csrf_checks=True).post(
        "/hooks/prolific/", body, content_type="application/json", headers=headers
    )


@pytest.mark.parametrize("status", ["RETURNED", "TIMED-OUT"])
def test_returned_submission_frees_its_page_at_once_and_keeps_the_arrival_marked(world, status):
    study, stage, link = world
    enrolment = arrive(link, "person-1", "session-1")
    claim(rater=enrolment.rater, stage=stage, now=timezone.now())
    other = factories.rater(study)
    assert claim_next(rater=other, stage=stage, now=timezone.now()) is None
    assert tell("session-1", status).status_code == 200
    assert claim(rater=other, stage=stage, now=timezone.now()).slot.number == 1
    arrival = Arrival.objects.get(session_id="session-1")
    assert (arrival.outcome, arrival.platform_status) == (EnrolmentOutcome.RETURNED, status)


def test_who_returned_and_comes_with_a_new_session_is_welcome_again(world):
    _, stage, link = world
    enrolment = arrive(link, "person-1", "session-1")
    tell("session-1", "RETURNED")
    assert claim_next(rater=enrolment.rater, stage=stage, now=timezone.now()) is None
    again = arrive(link, "person-1", "session-2")
    assert again == enrolment
    assert claim_next(rater=enrolment.rater, stage=stage, now=timezone.now()) is not None
    # A late word about the first session says nothing about the second.
    tell("session-1", "TIMED-OUT")
    enrolment.refresh_from_db()
    assert enrolment.outcome == ""


def test_event_delivered_twice_changes_nothing_the_second_time(world):
    _, _, link = world
    enrolment = arrive(link, "person-1", "session-1")
    assert tell("session-1", "RETURNED", event="event-1").status_code == 200
    Enrolment.objects.filter(pk=enrolment.pk).update(outcome="")
    assert tell("session-1", "RETURNED", event="event-1").status_code == 200
    enrolment.refresh_from_db()
    assert enrolment.outcome == ""
    assert PlatformEvent.objects.count() == 1


def test_older_event_that_comes_later_does_not_undo_a_newer_one(world):
    _, _, link = world
    enrolment = arrive(link, "person-1", "session-1")
    now = timezone.now()
    tell("session-1", "APPROVED", happened=now)
    tell("session-1", "RETURNED", happened=now - timedelta(hours=1))
    assert Arrival.objects.get().platform_status == "APPROVED"
    enrolment.refresh_from_db()
    assert enrolment.outcome == ""


def test_forged_old_or_unsigned_requests_are_refused(world):
    _, _, link = world
    arrive(link, "person-1", "session-1")
    assert tell("session-1", "RETURNED", secret="another").status_code == 403
    assert tell("session-1", "RETURNED", signed_at=timezone.now() - timedelta(days=1)).status_code == 403
    assert Client().post("/hooks/prolific/", b"{}", content_type="application/json").status_code == 403
    assert not PlatformEvent.objects.exists()
    assert not Slot.objects.filter(filled_at__isnull=False).exists()


def test_events_about_others_are_taken_and_change_nothing(world):
    assert tell("session-of-another-study", "RETURNED").status_code == 200


def test_without_a_secret_there_is_no_webhook(settings):
    settings.PROLIFIC_WEBHOOK_SECRET = ""
    assert tell("session-1", "RETURNED").status_code == 404
