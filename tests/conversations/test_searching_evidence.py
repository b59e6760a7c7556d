"""Attributes that came without evidence are searched for it after the import, once, and marked so."""

import pytest
from django.db.models import F
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from conversations.enums import Role, StageState
from conversations.meaning import EMBEDDER
from conversations.models import Attribute, Batch, Conversation, EvidenceSearch, Membership, Stage
from conversations.services.searching_evidence import search_evidence
from tests import factories
from tests.conversations.importing import ATTRIBUTE, CONVERSATION, bring
from tests.said import said

SAID = "I am a nurse in Leeds. Please give sizes in metric units."
SPOKEN = CONVERSATION | {"turns": [{"role": "user", "content": SAID}, {"role": "assistant", "content": "75 cm."}]}
BARE = ATTRIBUTE | {"evidence": []}


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def searched(batch: Batch) -> EvidenceSearch:
    search = EvidenceSearch.objects.get(batch=batch)
    search_evidence(search_id=search.pk, now=timezone.now())
    search.refresh_from_db()
    return search


@pytest.mark.django_db(transaction=True)
def test_attribute_without_evidence_gets_what_the_subject_said_marked_as_found():
    batch = bring(factories.study(), [SPOKEN, BARE, BARE | {"id": "a2", "attribute": "Plays the violin"}])
    assert set(Attribute.objects.values_list("evidence__0", flat=True)) == {None}  # the import did not wait for it
    search = searched(batch)
    assert (search.state, search.searched, search.found, search.attempts) == ("done", 2, 1, 1)
    assert (search.embedder, search.threshold) == (EMBEDDER, 0.4)
    metric, violin = Attribute.objects.order_by("external_id")
    assert metric.evidence == [
        {
            "conversation": Conversation.objects.get().pk,
            "turn": 0,
            "quote": "Please give sizes in metric units.",
            "start": 23,
            "end": 57,
            "state": "exact",
            "found_by": "search",
        }
    ]
    assert violin.evidence == []


@pytest.mark.django_db
def test_nothing_is_searched_where_every_attribute_brought_evidence():
    bring(factories.study(), [SPOKEN, ATTRIBUTE])
    assert not EvidenceSearch.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_conversations_that_come_later_are_searched_until_raters_may_have_judged():
    study = factories.study()
    bring(study, [BARE])
    later = searched(bring(study, [SPOKEN]))
    assert (later.searched, later.found) == (1, 1)
    Attribute.objects.update(evidence=[])
    Stage.objects.filter(study=study).update(state=StageState.OPEN)
    again = bring(study, [SPOKEN | {"conversation": "c2", "turns": [{"role": "user", "content": SAID + " Thanks."}]}])
    assert not EvidenceSearch.objects.filter(batch=again).exists()


@pytest.mark.django_db(transaction=True)
def test_search_whose_worker_died_goes_on_where_it_was():
    rows = [row | {"subject": subject} for subject in ("s1", "s2") for row in (SPOKEN, BARE)]
    batch = bring(factories.study(), rows)
    first, second = Attribute.objects.order_by("subject")
    EvidenceSearch.objects.update(reached=first.subject_id, searched=F("searched") + 1)
    search = searched(batch)
    assert (search.searched, search.found) == (2, 1)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (len(first.evidence), len(second.evidence)) == (0, 1)


@pytest.mark.django_db(transaction=True)
def test_withdrawn_conversation_is_no_evidence():
    batch = bring(factories.study(), [SPOKEN, BARE])
    Conversation.objects.update(withdrawn_at=timezone.now())
    assert searched(batch).found == 0


@pytest.mark.django_db(transaction=True)
def test_page_and_api_say_what_decided():
    study = factories.study()
    user = User.objects.create_user("ann")
    Membership.objects.create(study=study, user=user, role=Role.ANALYST)
    batch = bring(study, [SPOKEN, BARE])
    searched(batch)
    api = APIClient()
    api.force_authenticate(user)
    search = api.get(f"/api/v1/studies/{study.slug}/batches/{batch.pk}/").json()["evidence_search"]
    assert (search["embedder"], search["threshold"], search["found"]) == (EMBEDDER, 0.4, 1)
    plain = bring(study, [CONVERSATION | {"conversation": "c9"}])
    assert api.get(f"/api/v1/studies/{study.slug}/batches/{plain.pk}/").json()["evidence_search"] is None
    page = Client()
    page.force_login(user)
    words = said(page.get(f"/studies/{study.slug}/batches/{batch.pk}/"))
    assert f"by the embedder {EMBEDDER} from a similarity of 0.4" in words
