"""Raters arrive from a crowd platform."""

import json
from hashlib import sha256

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from conversations.models import ConsentText, Stage
from judgments.models import Assignment
from raters.enums import EnrolmentOutcome, Platform
from raters.models import Arrival, Enrolment, EntryLink
from tests import factories, worlds

pytestmark = pytest.mark.django_db


def _link(stage: Stage, **values) -> EntryLink:
    defaults = {
        "platform": Platform.PROLIFIC,
        "person_parameter": "PROLIFIC_PID",
        "study_parameter": "STUDY_ID",
        "session_parameter": "SESSION_ID",
    }
    return EntryLink.objects.create(stage=stage, label="crowd", **defaults | values)


def _come(link: EntryLink, client: Client, person="p1", session="s1", **more):
    address = f"/r/{link.token}/"
    came = client.get(address, {"prolific_pid": person, "Study_Id": "st", "SESSION_ID": session, "utm": "x", **more})
    assert came.status_code == 302 and came["Location"] == address
    return client.post(address, {"agree": "on"})


@pytest.fixture
def link():
    return _link(factories.stage(factories.study(), 1))


def test_parameters_leave_the_address_and_the_person_resumes_anywhere(link):
    assert _come(link, Client()).status_code == 302
    assert _come(link, Client()).status_code == 302
    arrival = Arrival.objects.get()
    assert (arrival.session_id, arrival.enrolment.external_id) == ("s1", "p1")


@pytest.mark.parametrize("device", ["the same", "another"])
def test_an_expired_session_costs_neither_the_page_nor_its_draft(device):
    link = _link(worlds.rateable_study().stages.get(number=1))
    client = Client()
    _come(link, client)
    page = f"/rate/{link.stage.study.slug}/1/"
    client.get(page)
    begun = Assignment.objects.get()
    answer = {"unit": begun.task.units.first().pk, "label": 2, "failure_mode": "", "note": "Not sure when"}
    kept = {"draft": {"answers": [answer], "missing_attributes": "", "comment": ""}, "revision": 1, "active_ms": 5}
    saved = client.post(f"{page}{begun.pk}/draft/", json.dumps(kept), content_type="application/json")
    assert saved.status_code == 200

    Session.objects.all().delete()
    assert client.get(page).status_code == 403
    back = client if device == "the same" else Client()
    assert _come(link, back)["Location"] == page
    shown = back.get(page).content.decode()
    assert f'data-assignment="{begun.pk}"' in shown
    assert "Not sure when" in shown
    assert Assignment.objects.count() == 1


def test_the_parameters_win_over_who_is_remembered(link):
    client = Client()
    _come(link, client)
    _come(link, client, person="p2", session="s2")
    assert list(Enrolment.objects.order_by("number").values_list("external_id", flat=True)) == ["p1", "p2"]


def test_another_study_enrols_anew(link):
    other = _link(factories.stage(factories.study(), 1))
    _come(link, Client())
    _come(other, Client())
    assert Enrolment.objects.filter(external_id="p1").count() == 2


def test_missing_unfilled_and_foreign_parameters_are_refused(link):
    assert Client().get(f"/r/{link.token}/").status_code == 400
    assert Client().post(f"/r/{link.token}/").status_code == 400
    unfilled = {"PROLIFIC_PID": "{{%PROLIFIC_PID%}}", "SESSION_ID": "s"}
    assert Client().get(f"/r/{link.token}/", unfilled).status_code == 400
    EntryLink.objects.update(platform_study_id="wanted")
    foreign = {"PROLIFIC_PID": "p", "STUDY_ID": "other", "SESSION_ID": "s"}
    assert "belongs to another study" in Client().get(f"/r/{link.token}/", foreign).content.decode()


def test_an_unsigned_arrival_is_never_taken_where_a_signature_is_demanded(link):
    EntryLink.objects.update(requires_token=True)
    assert Client().get(f"/r/{link.token}/", {"PROLIFIC_PID": "p", "SESSION_ID": "s"}).status_code == 403
    assert not Enrolment.objects.exists()


def test_the_session_of_another_is_refused_and_enrols_nobody(link):
    _come(link, Client())
    assert _come(link, Client(), person="thief").status_code == 403
    assert Enrolment.objects.count() == 1


def test_who_returned_comes_back_with_a_new_session(link):
    _come(link, Client())
    Enrolment.objects.update(outcome=EnrolmentOutcome.RETURNED)
    _come(link, Client(), session="s2")
    assert Enrolment.objects.get().outcome == ""
    assert Arrival.objects.count() == 2


def test_who_withdrew_gets_no_work(link):
    _come(link, Client())
    Enrolment.objects.update(outcome=EnrolmentOutcome.WITHDREW)
    assert "You have withdrawn" in _come(link, Client(), session="s2").content.decode()
    assert Arrival.objects.count() == 1 and not Assignment.objects.exists()


def test_disjoint_panels_refuse_who_is_in_another_stage():
    study = factories.study(disjoint_panels=True)
    _come(_link(factories.stage(study, 1)), Client())
    assert _come(_link(factories.stage(study, 2)), Client(), session="s2").status_code == 403


def test_the_hash_of_the_consent_is_kept_and_a_newer_text_is_kept_instead(link):
    for version, text in enumerate(("Old words", "New words"), 1):
        ConsentText.objects.create(study=link.stage.study, version=version, text=text)
        _come(link, Client())
        assert Enrolment.objects.get().consent_hash == sha256(text.encode()).hexdigest()


def test_each_start_by_an_open_link_is_an_arrival_of_one_rater():
    link = EntryLink.objects.create(stage=factories.stage(factories.study(), 1), label="open")
    client = Client()
    client.post(f"/r/{link.token}/")
    Arrival.objects.update(outcome=EnrolmentOutcome.STOPPED_EARLY, ended_at=timezone.now())
    client.post(f"/r/{link.token}/")
    assert Arrival.objects.filter(enrolment=Enrolment.objects.get()).count() == 2
