"""Members with the role of a rater judge without a link, and see nothing else."""

import gzip

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from conversations.enums import Role, StageState
from conversations.models import ConsentText, Membership, Study
from judgments.models import Assignment
from raters.models import Enrolment, EntryLink
from tests import worlds

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Study:
    return worlds.rateable_study()


def colleague(study: Study, name: str = "ada") -> Client:
    user = User.objects.create_user(name)
    Membership.objects.create(study=study, user=user, role=Role.RATER)
    client = Client()
    client.force_login(user)
    return client


def test_a_colleague_finds_the_open_stages_and_judges(study):
    client = colleague(study)
    address = f"/studies/{study.slug}/stages/1/rate/"
    listed = client.get("/studies/").content.decode()
    assert address in listed
    assert f'href="/studies/{study.slug}/"' not in listed
    assert client.get(address).status_code == 200
    assert client.post(address)["Location"] == f"/rate/{study.slug}/1/"
    client.get(f"/rate/{study.slug}/1/")
    assert worlds.submit_all(client, Assignment.objects.get(outcome="")).status_code == 200
    assert Enrolment.objects.get().rater.user == User.objects.get(username="ada")


def test_an_answer_asks_for_no_account_once_it_is_noted_who_judges(study):
    client = colleague(study)
    client.post(f"/studies/{study.slug}/stages/1/rate/")
    page = client.get(f"/rate/{study.slug}/1/")
    with CaptureQueriesContext(connection) as captured:
        answer = worlds.submit_all(client, Assignment.objects.get(outcome=""))
    asked = [query["sql"] for query in captured]
    assert not [sql for sql in asked if "accounts_user" in sql]
    assert len([sql for sql in asked if "django_session" in sql]) == 1
    # The page brings the token; its script was let in by it.
    assert ("csrftoken" in page.cookies, "csrftoken" in answer.cookies) == (True, False)


def test_pages_are_sent_compressed_to_who_can_read_that(study):
    client = colleague(study)
    client.post(f"/studies/{study.slug}/stages/1/rate/")
    plain = client.get(address := f"/rate/{study.slug}/1/")
    packed = client.get(address, headers={"accept-encoding": "gzip, br"})
    assert ("Content-Encoding" in plain, packed["Content-Encoding"]) == (False, "gzip")
    assert gzip.decompress(packed.content) == plain.content
    assert all("Accept-Encoding" in response["Vary"] for response in (plain, packed))
    answer = worlds.submit_all(client, Assignment.objects.get(outcome=""))
    assert "Content-Encoding" not in answer


def test_one_person_is_one_rater_in_all_stages_and_browsers(study):
    client = colleague(study)
    client.post(f"/studies/{study.slug}/stages/1/rate/")
    elsewhere = Client()
    elsewhere.force_login(User.objects.get(username="ada"))
    elsewhere.post(f"/studies/{study.slug}/stages/2/rate/")
    assert Enrolment.objects.count() == 1
    assert EntryLink.objects.filter(for_members=True).count() == 2


def test_colleagues_are_asked_for_consent_as_everybody(study):
    ConsentText.objects.create(study=study, version=1, text="I agree.")
    client = colleague(study)
    address = f"/studies/{study.slug}/stages/1/rate/"
    assert client.post(address).status_code == 422
    assert client.post(address, {"agree": "on"}).status_code == 302
    assert Enrolment.objects.get().consent_hash


def test_the_link_of_members_admits_nobody_by_its_token(study):
    colleague(study).post(f"/studies/{study.slug}/stages/1/rate/")
    link = EntryLink.objects.get(for_members=True)
    assert Client().get(f"/r/{link.token}/").status_code == 404
    assert Client().post(f"/r/{link.token}/").status_code == 404


def test_a_stage_in_draft_is_not_rated(study):
    study.stages.filter(number=1).update(state=StageState.DRAFT)
    assert colleague(study).get(f"/studies/{study.slug}/stages/1/rate/").status_code == 404


@pytest.mark.parametrize(
    "address", ["", "raters/", "report/", "exports/", "members/", "subjects/", "stages/1/", "consent/"]
)
def test_a_colleague_who_rates_sees_nothing_else(study, address):
    assert colleague(study).get(f"/studies/{study.slug}/{address}").status_code == 403
