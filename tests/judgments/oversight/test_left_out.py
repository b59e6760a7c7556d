"""Members read what raters read: previews, adjudication and the pages of the material are as small, and as complete."""

import uuid
from functools import partial

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from conversations.enums import Role
from conversations.models import Conversation, Membership, Stage, Study
from judgments.models import Assignment, Unit
from tests import factories, worlds
from tests.judgments.rated import work
from tests.judgments.rating.long_material import (
    MOST_BYTES,
    TABLE,
    fill,
    long_responses,
    opened,
    responses_on,
    texts_of,
    turns,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Study:
    return worlds.rateable_study(subjects=1, prompts=1)


def member(study: Study, role: Role) -> Client:
    user = User.objects.create_user(f"user-{uuid.uuid4().hex[:8]}")
    Membership.objects.create(study=study, user=user, role=role)
    client = Client()
    client.force_login(user)
    return client


def draft_again(stage: Stage) -> None:
    """As before it was opened: its pages are not built."""
    stage.tasks.all().delete()
    Stage.objects.filter(pk=stage.pk).update(state="draft")


@pytest.mark.parametrize("is_draft", [False, True])
def test_previews_open_what_they_left_out_on_the_sides_they_drew(study, is_draft):
    texts = long_responses(study)
    stage = study.stages.get(number=3)
    if is_draft:
        draft_again(stage)
    client = member(study, Role.ANALYST)
    where = reverse("stages:preview", args=[study.slug, 3])
    for _view in range(4):
        page = client.get(where)
        assert sorted(responses_on(opened(client, page.text), texts)) == sorted(texts)


def test_members_read_a_long_conversation_in_parts(study):
    said = [f"Turn {number} says {'so ' * 300}" for number in range(500)]
    conversation = fill(study, turns(*said))[0]
    client = member(study, Role.ANALYST)
    where = reverse("conversations:conversation", args=[study.slug, conversation.pk])
    first = client.get(where)
    assert len(first.content) < MOST_BYTES
    read: list[str] = []
    for part in range(1, first.context["part"].paginator.num_pages + 1):
        read += texts_of(client.get(where, {"part": part}).text)
    assert read == said
    assert 'id="turn-333"' in client.get(where, {"turn": 333}).text
    assert client.get(where, {"turn": 9_999}).status_code == 200
    fill(study, turns(*(f"{number}\n\n{TABLE}" for number in range(20)), role="assistant"))
    again = reverse("conversations:conversation", args=[study.slug, Conversation.objects.get(subject__study=study).pk])
    assert len(client.get(again).content) < MOST_BYTES / 5


def _opinion(label: int, page: Assignment, _unit: int) -> int:
    """The same of the two responses, on whichever side they stand."""
    return label if page.personalized_left else 6 - label


def test_adjudicators_open_the_responses_to_their_end(study):
    texts = long_responses(study)
    stage = study.stages.get(number=3)
    for label in (1, 5):
        work(factories.rater(study), stage, partial(_opinion, label), pages=1)
    unit = Unit.objects.filter(task__stage=stage, attribute__isnull=True).first()
    assert unit is not None
    page = member(study, Role.OWNER).get(reverse("stages:adjudicate", args=[study.slug, unit.pk]))
    assert page.status_code == 200
    assert sorted(responses_on(opened(page.client, page.text), texts)) == sorted(texts)
