"""The editor of what raters are told."""

import re
import uuid

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import AuditEntry, User
from conversations.enums import Role
from conversations.models import Guidelines, Membership, Stage, Study
from conversations.services.guidelines import default_text, new_version
from tests import factories


@pytest.fixture
def stage(db) -> Stage:
    return factories.study().stages.get(number=2)


def user_with(study: Study, role: Role) -> User:
    user = User.objects.create_user(f"user-{uuid.uuid4().hex[:8]}")
    Membership.objects.create(study=study, user=user, role=role)
    return user


def member(study: Study, role: Role) -> Client:
    client = Client()
    client.force_login(user_with(study, role))
    return client


def address(name: str, stage: Stage) -> str:
    return reverse(f"conversations:{name}", args=[stage.study.slug, stage.number])


@pytest.mark.parametrize("number", [1, 2, 3])
def test_each_stage_has_a_default_text(number):
    assert default_text(number).startswith("# ")


def test_saving_adds_a_version_and_keeps_the_earlier_one(stage):
    client = member(stage.study, Role.ADMIN)
    answer = client.post(address("guidelines", stage), {"text": "# New\n\nJudge *anew*."})
    assert answer.headers["Location"] == address("guidelines", stage)
    versions = stage.guidelines.values_list("version", "text")
    assert [*versions] == [(2, "# New\n\nJudge *anew*."), (1, "Judge **what is written**.")]
    assert AuditEntry.objects.get(study_id=stage.study_id).details == {"version": 2}


def test_page_shows_the_latest_text_its_preview_and_all_versions(stage):
    new_version(stage=stage, text="Judge *anew*.", actor=user_with(stage.study, Role.ADMIN), now=timezone.now())
    page = member(stage.study, Role.OWNER).get(address("guidelines", stage)).text
    assert "Judge *anew*.</textarea>" in page
    assert page.count("<p>Judge <em>anew</em>.</p>") == 2
    assert "<p>Judge <strong>what is written</strong>.</p>" in page


def test_stage_without_guidelines_starts_from_the_default(stage):
    Guidelines.objects.filter(stage=stage).delete()
    page = member(stage.study, Role.OWNER).get(address("guidelines", stage))
    assert page.context["form"]["text"].value() == default_text(2)
    assert "Save as version 1" in page.text


def test_empty_text_is_refused_and_nothing_saved(stage):
    answer = member(stage.study, Role.ADMIN).post(address("guidelines", stage), {"text": "  "})
    assert answer.status_code == 422
    assert stage.guidelines.count() == 1


def test_preview_is_what_raters_will_see_and_harmless(stage):
    answer = member(stage.study, Role.ADMIN).post(address("guidelines-preview", stage), {"text": "# A <script>"})
    assert answer.text == "<h3>A &lt;script&gt;</h3>\n"


def test_only_who_manages_the_study_edits(stage):
    answers = {role: member(stage.study, role).get(address("guidelines", stage)).status_code for role in Role}
    assert answers == {Role.OWNER: 200, Role.ADMIN: 200, Role.ANALYST: 403, Role.RATER: 403}


@pytest.mark.parametrize("name", ["guidelines", "guidelines-preview"])
def test_stranger_learns_nothing_and_analyst_changes_nothing(stage, name):
    sent = {"text": "Anything"}
    assert member(factories.study(), Role.OWNER).post(address(name, stage), sent).status_code == 404
    assert member(stage.study, Role.ANALYST).post(address(name, stage), sent).status_code == 403
    assert Client().post(address(name, stage), sent).status_code == 302
    assert stage.guidelines.count() == 1


def test_stage_that_does_not_exist_is_not_found(stage):
    page = reverse("conversations:guidelines", args=[stage.study.slug, 4])
    assert member(stage.study, Role.OWNER).get(page).status_code == 404


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_preview_follows_the_writing(page: Page, live_server):
    stage = factories.study().stages.get(number=1)
    client = member(stage.study, Role.OWNER)
    cookie = client.cookies["sessionid"]
    page.context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": live_server.url}])
    page.goto(live_server.url + address("guidelines", stage))
    page.get_by_label("Guidelines").fill("Judge *anew*.")
    expect(page.locator("#preview em")).to_have_text("anew")
    page.get_by_role("button", name=re.compile("Save as version 2")).click()
    expect(page.get_by_text("Version 2 is saved.")).to_be_visible()


def test_page_stays_small_however_many_versions_there_are(stage):
    for number in range(2, 42):
        Guidelines.objects.create(stage=stage, version=number, text=f"Version {number}\n\n" + '"ok" ' * 9_000)
    client = member(stage.study, Role.ADMIN)
    page = client.get(address("guidelines", stage))
    assert len(page.content) < 2_000_000
    assert "<p>Version 2</p>" not in page.text
    assert "<p>Version 2</p>" in client.get(address("guidelines", stage), {"version": "2"}).text


def test_preview_of_a_text_that_is_too_long_to_be_saved_is_cut(stage):
    client = member(stage.study, Role.ADMIN)
    answer = client.post(address("guidelines-preview", stage), {"text": "<a> " * 500_000})
    assert len(answer.content) < 500_000
