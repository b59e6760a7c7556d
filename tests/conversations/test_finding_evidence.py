"""Pointers that lead nowhere: what a search for them costs, and what is said meanwhile and afterwards."""

import time

import pytest
from django.db import transaction

from conversations.enums import EvidenceState
from conversations.evidence import MOST_POINTERS
from conversations.formats import AttributeRow, EvidencePointer
from conversations.models import Attribute, Conversation, Subject
from conversations.services.storing.attributes import find_evidence, store_attributes
from tests import factories
from tests.conversations.importing import ATTRIBUTE, CONVERSATION, bring, found_problems

TURN = "so she said " * 33_000


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def attributes(count, pointers):
    return [
        ATTRIBUTE
        | {
            "id": f"a{number}",
            "attribute": f"Statement {number}",
            "evidence": [
                {"conversation": "c1", "turn": 0, "quote": f"nowhere {number} {place}"} for place in range(pointers)
            ],
        }
        for number in range(count)
    ]


@pytest.mark.django_db
def test_hundreds_of_quotes_that_are_not_found_cost_little():
    long = CONVERSATION | {"turns": [{"role": "user", "content": TURN}]}
    started = time.thread_time()
    batch = bring(factories.study(), [long, *attributes(30, MOST_POINTERS)])
    assert time.thread_time() - started < 5  # of CPU; about 0.5 on a quiet machine
    assert batch.counts["attributes"] == {"new": 30, "known": 0}
    assert batch.counts["problems"] == 30 * MOST_POINTERS


@pytest.mark.django_db
def test_attribute_with_too_many_pointers_is_kept_with_the_first_of_them():
    batch = bring(factories.study(), [CONVERSATION, *attributes(1, MOST_POINTERS + 3)])
    assert found_problems(batch)[0] == (2, "evidence", True)
    assert len(Attribute.objects.get().evidence) == MOST_POINTERS


@pytest.mark.django_db(transaction=True)
def test_search_gives_signs_of_life_and_holds_no_transaction():
    study = factories.study()
    batch = bring(study, [CONVERSATION])
    beats = []
    found = find_evidence(batch, [row(3), row(4)], lambda: beats.append(transaction.get_connection().in_atomic_block))
    assert beats == [False] * 7
    assert [len(one.evidence) for one in found] == [3, 4]


@pytest.mark.django_db
def test_conversation_that_vanished_since_the_search_is_pointed_to_by_nothing():
    study = factories.study()
    batch = bring(study, [CONVERSATION])
    found = find_evidence(batch, [row(1, quote="in cm")], lambda: None)
    assert found[0].evidence[0]["state"] == EvidenceState.EXACT
    Conversation.objects.filter(subject__study=study).delete()
    store_attributes(batch, found)
    stored = Attribute.objects.get(subject=Subject.objects.get(study=study)).evidence[0]
    assert (stored["conversation"], stored["start"], stored["state"]) == (None, None, EvidenceState.NOT_FOUND)


def row(pointers, quote="nowhere"):
    evidence = tuple(EvidencePointer("c1", 0, quote) for _ in range(pointers))
    return AttributeRow(line=pointers, subject="s1", text=f"Statement {pointers}", evidence=evidence)
