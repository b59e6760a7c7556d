"""Entry links of crowd platforms are made, and their codes set."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from conversations.enums import Role
from conversations.models import Membership
from raters.enums import Platform
from raters.models import EntryLink
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def study():
    return factories.study()


@pytest.fixture
def owner(study):
    user = get_user_model().objects.create(username="owner")
    Membership.objects.create(study=study, user=user, role=Role.OWNER)
    client = Client()
    client.force_login(user)
    return client


def _make(owner, study, **values):
    stage = study.stages.get(number=1)
    address = f"/studies/{study.slug}/raters/links/new/"
    return owner.post(address, {"stage": stage.pk, "label": "crowd"} | values, follow=True)


def test_a_prolific_link_shows_the_address_to_paste(owner, study):
    page = _make(owner, study, platform="prolific").content.decode()
    link = EntryLink.objects.get()
    ending = "?PROLIFIC_PID={{%PROLIFIC_PID%}}&amp;STUDY_ID={{%STUDY_ID%}}&amp;SESSION_ID={{%SESSION_ID%}}"
    assert f"/r/{link.token}/{ending}" in page
    assert link.return_address == "https://app.prolific.com/submissions/complete?cc={code}"


def test_another_platform_needs_a_name_for_the_person_and_a_safe_address(owner, study):
    assert "Name the parameter" in _make(owner, study, platform="other").content.decode()
    unsafe = {"platform": "other", "person_parameter": "participantId", "return_address": "http://example.org"}
    assert "must begin with https" in _make(owner, study, **unsafe).content.decode()
    assert not EntryLink.objects.exists()
    _make(owner, study, platform="other", person_parameter="participantId")
    assert EntryLink.objects.get().platform == Platform.OTHER


def test_codes_are_set_changed_and_taken_away_and_never_shared(owner, study):
    _make(owner, study, platform="prolific")
    link = EntryLink.objects.get()
    page = f"/studies/{study.slug}/raters/links/{link.pk}/"
    owner.post(page, {"completed": "C1", "withdrew": "W1"})
    assert "code of its own" in owner.post(page, {"completed": "C1", "withdrew": "C1"}).content.decode()
    owner.post(page, {"completed": "C2"})
    assert dict(link.completion_codes.values_list("outcome", "code")) == {"completed": "C2"}
