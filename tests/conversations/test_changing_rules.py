"""What shapes judgments is not changed under raters without a word: page, API and service ask what then."""

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import Scope, User
from accounts.services import create_token
from conversations.enums import Role, StageState, WhileCollecting
from conversations.models import Guidelines, Membership, Stage, Study
from tests import factories

pytestmark = pytest.mark.django_db
TEXT = {"text": "Judge anew."}


@pytest.fixture
def study() -> Study:
    study = factories.study()
    factories.stage(study, 1, state=StageState.PAUSED)
    return study


@pytest.fixture
def admin(study: Study) -> User:
    user = User.objects.create_user("admin")
    Membership.objects.create(study=study, user=user, role=Role.ADMIN)
    return user


@pytest.fixture
def pages(admin: User) -> Client:
    client = Client()
    client.force_login(admin)
    return client


@pytest.fixture
def api(admin: User) -> APIClient:
    token = create_token(user=admin, name="test", scopes=list(Scope), expires_at=None)
    return APIClient(headers={"Authorization": f"Bearer {token.secret}"})


def state(study: Study) -> str:
    return Stage.objects.get(study=study, number=1).state


def versions(study: Study) -> int:
    return Guidelines.objects.filter(stage__study=study, stage__number=1).count()


def settings_as_they_are(pages: Client, study: Study) -> dict[str, str]:
    form = pages.get(f"/studies/{study.slug}/settings/").context["form"]
    found = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in found.items() if value is not None and value is not False}


def test_the_page_of_guidelines_asks_while_the_stage_collects(study, pages):
    place = f"/studies/{study.slug}/guidelines/1/"
    assert pages.get(place).text.count('type="radio" name="going"') == 2
    asked = pages.post(place, TEXT)
    assert (asked.status_code, "Say whether to go on or to close" in asked.text) == (422, True)
    assert (versions(study), state(study)) == (1, "paused")
    assert pages.post(place, {**TEXT, "going": "apart"}).status_code == 302
    assert (versions(study), state(study)) == (2, "paused")
    assert pages.post(place, {**TEXT, "going": "close"}).status_code == 302
    assert (versions(study), state(study)) == (3, "closed")
    assert 'name="going"' not in pages.get(place).text
    assert pages.post(place, TEXT).status_code == 302


def test_the_settings_ask_only_where_what_raters_see_changes(study, pages):
    place, settings = f"/studies/{study.slug}/settings/", settings_as_they_are(pages, study)
    assert pages.post(place, {**settings, "title": "Another"}).status_code == 302
    del settings["show_reason"]
    asked = pages.post(place, settings)
    assert "Stage 1 is paused: say whether" in asked.text
    study.refresh_from_db()
    assert (study.title, study.show_reason) == ("Another", True)
    assert pages.post(place, {**settings, "going": "close"}).status_code == 302
    study.refresh_from_db()
    assert (study.show_reason, state(study)) == (False, "closed")


def test_the_reason_is_no_matter_of_the_other_stages(study, pages):
    factories.stage(study, 1, state=StageState.CLOSED)
    factories.stage(study, 2, state=StageState.OPEN)
    settings = settings_as_they_are(pages, study)
    del settings["show_reason"]
    assert "going" not in settings
    assert pages.post(f"/studies/{study.slug}/settings/", settings).status_code == 302


@pytest.mark.parametrize("going", WhileCollecting.values)
def test_the_api_refuses_until_it_is_said(study, api, going):
    place = f"/api/v1/studies/{study.slug}/"
    wanted = {"show_reason": False}
    told = api.patch(place, wanted, format="json")
    assert (told.status_code, told.json()["error"]["code"]) == (409, "conflict")
    assert api.post(f"{place}stages/1/guidelines/", TEXT, format="json").status_code == 409
    assert api.patch(place, {**wanted, "show_reason": True}, format="json").status_code == 200  # as it is
    assert (versions(study), state(study)) == (1, "paused")
    assert api.patch(place, {**wanted, "going": going}, format="json").json()["show_reason"] is False
    assert state(study) == ("closed" if going == WhileCollecting.CLOSE else "paused")
    made = api.post(f"{place}stages/1/guidelines/", {**TEXT, "going": going}, format="json")
    assert (made.status_code, made.json()["version"], "going" in made.json()) == (201, 2, False)
