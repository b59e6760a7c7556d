"""A script does the admin's work through the API alone."""

import json

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Scope, User
from accounts.services import create_token
from conversations.enums import Role, StageState
from conversations.models import Membership, Study
from reports.exports.making import make_export
from tests import factories, worlds

pytestmark = pytest.mark.django_db

API = "/api/v1/studies/"


def client_of(user: User, *scopes: Scope) -> APIClient:
    made = create_token(user=user, name="script", scopes=scopes or list(Scope), expires_at=None)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {made.secret}")
    return client


def member(study: Study, role: Role) -> User:
    user = User.objects.create_user(f"{role}-{study.slug}")
    Membership.objects.create(study=study, user=user, role=role)
    return user


@pytest.fixture
def api():
    return client_of(User.objects.create_user("ada", is_staff=True))


def test_a_study_is_created_listed_and_changed(api):
    created = api.post(API, {"title": "Trains and tea", "k": 2}, format="json")
    assert created.status_code == 201
    slug = created.json()["slug"]
    assert (slug, created.json()["role"]) == ("trains-and-tea", "owner")
    assert [found["slug"] for found in api.get(API).json()["results"]] == [slug]
    assert api.patch(f"{API}{slug}/", {"pay_per_hour": "15.50"}, format="json").json()["pay_per_hour"] == "15.50"
    assert [stage["k"] for stage in api.get(f"{API}{slug}/stages/").json()] == [2, 2, 2]


def test_a_user_who_is_no_staff_creates_no_study():
    api = client_of(User.objects.create_user("bob"))
    assert api.post(API, {"title": "Tea"}, format="json").status_code == 403


@pytest.mark.parametrize(
    ("body", "field"),
    [({}, "title"), ({"title": ""}, "title"), ({"title": "T", "k": 0}, "k"), ({"title": "T", "margin": -1}, "margin")],
)
def test_mistakes_are_named_by_field(api, body, field):
    response = api.post(API, body, format="json")
    assert response.status_code == 400
    assert field in response.json()["error"]["fields"]


def test_a_body_that_is_no_json_is_a_mistake(api):
    response = api.post(API, "{", content_type="application/json")
    assert (response.status_code, response.json()["error"]["code"]) == (400, "parse_error")


def test_only_listed_fields_of_a_study_can_be_written(api):
    slug = api.post(API, {"title": "Tea"}, format="json").json()["slug"]
    before = Study.objects.values().get()
    forbidden = {name: 7 for name in before if name not in {"title", "margin", "pay_per_hour"}}
    for name in ("description", "currency", "platform_fee", "contact", "show_reason", "several_comparisons_per_case"):
        forbidden.pop(name)
    api.patch(f"{API}{slug}/", forbidden, format="json")
    assert Study.objects.values().get() == before


def test_a_stage_is_planned_opened_paused_and_closed():
    study = factories.study()
    factories.material(study)
    api = client_of(member(study, Role.ADMIN))
    stage = f"{API}{study.slug}/stages/1/"
    assert api.patch(stage, {"k": 2}, format="json").json()["k"] == 2
    estimate = api.get(f"{stage}estimate/").json()
    assert (estimate["tasks"], estimate["units"], estimate["judgments"]) == (2, 6, 12)
    assert api.post(f"{stage}open/").json()["state"] == "open"
    assert api.get(f"{stage}progress/").json()["total"] == 4
    again = api.post(f"{stage}open/")
    assert (again.status_code, again.json()["error"]["code"]) == (409, "conflict")
    assert api.patch(stage, {"k": 5}, format="json").status_code == 409
    assert api.post(f"{stage}pause/").json()["state"] == "paused"
    assert api.post(f"{stage}close/").json()["state"] == "closed"


def test_guidelines_get_a_new_version_and_keep_the_old():
    study = factories.study()
    api = client_of(member(study, Role.ADMIN))
    address = f"{API}{study.slug}/stages/2/guidelines/"
    assert api.post(address, {"text": "Read **all** of it."}, format="json").json()["version"] == 2
    assert [found["version"] for found in api.get(address).json()["results"]] == [2, 1]


@pytest.mark.parametrize("act", ["open", "pause", "close"])
def test_an_analyst_reads_stages_but_moves_none(act):
    study = factories.study()
    api = client_of(member(study, Role.ANALYST))
    assert api.get(f"{API}{study.slug}/stages/1/").status_code == 200
    assert api.post(f"{API}{study.slug}/stages/1/{act}/").status_code == 403


def test_strangers_and_raters_learn_nothing_of_a_study():
    study = factories.study()
    stranger = client_of(User.objects.create_user("eve", is_staff=True))
    rater = client_of(member(study, Role.RATER))
    for path in ("", "stages/", "stages/1/progress/", "runs/", "exports/"):
        assert stranger.get(f"{API}{study.slug}/{path}").status_code == 404
        assert rater.get(f"{API}{study.slug}/{path}").status_code == 403


def test_a_run_without_material_is_a_conflict():
    study = factories.study()
    api = client_of(member(study, Role.OWNER))
    response = api.post(f"{API}{study.slug}/runs/", {"kind": "extraction"}, format="json")
    assert response.status_code == 409


def test_a_run_is_started_and_followed():
    study = factories.study()
    factories.conversation(factories.subject(study))
    api = client_of(member(study, Role.OWNER))
    run = api.post(f"{API}{study.slug}/runs/", {"kind": "extraction", "max_attributes": 3}, format="json").json()
    assert run["configuration"]["max_attributes"] == 3
    status = api.get(f"{API}{study.slug}/runs/{run['id']}/").json()
    assert (status["state"], status["progress"]["total"]) == ("running", 1)
    assert [found["id"] for found in api.get(f"{API}{study.slug}/runs/").json()["results"]] == [run["id"]]


@pytest.mark.django_db(transaction=True)
def test_an_export_is_asked_for_followed_and_fetched():
    study = worlds.rateable_study()
    api = client_of(member(study, Role.OWNER))
    exports = f"{API}{study.slug}/exports/"
    asked = api.post(exports, {"format": "jsonl"}, format="json")
    assert (asked.status_code, asked.json()["state"]) == (202, "pending")
    one = f"{exports}{asked.json()['id']}/"
    assert api.get(f"{one}download/").status_code == 404
    make_export(export_id=asked.json()["id"], now=timezone.now())
    assert api.get(one).json()["rows"] == 0
    fetched = api.get(f"{one}download/")
    assert [json.loads(line) for line in b"".join(fetched).splitlines()] == []
    assert fetched["Content-Disposition"].startswith("attachment;")


@pytest.mark.django_db(transaction=True)
def test_an_export_leaves_out_open_stages_for_an_admin():
    study = worlds.rateable_study()
    api = client_of(member(study, Role.ADMIN))
    exports = f"{API}{study.slug}/exports/"
    assert api.post(exports, {"format": "csv"}, format="json").status_code == 409
    study.stages.filter(number=2).update(state=StageState.CLOSED)
    asked = api.post(exports, {"format": "csv"}, format="json").json()
    assert (asked["stages"], asked["withheld"]) == ([2], [1, 3])
