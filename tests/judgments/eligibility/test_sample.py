"""Stage 1 takes a sample of each subject's attributes: from all confidences, and what is left out says so."""

from collections import Counter

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from conversations.enums import Role
from conversations.models import Attribute, Membership
from judgments.stages import behaviour
from tests import factories
from tests.said import said

pytestmark = pytest.mark.django_db
# Thirds of the subject's own confidences, which are all high.
CONFIDENCES = [0.90, 0.91, 0.92, 0.93, 0.94, 0.95, 0.96, 0.97, 0.98, None, None, None]


def third(confidence: float | None) -> int:
    return 0 if confidence is None else 1 + CONFIDENCES.index(confidence) // 3


def stage_with_confidences(*, most, conversations, seed=5):
    study = factories.study(seed=seed)
    attributes = factories.attributes(factories.subject(study), len(CONFIDENCES))
    for place, (attribute, confidence) in enumerate(zip(attributes, CONFIDENCES, strict=True)):
        attribute.confidence, attribute.evidence = confidence, [{"conversation": place % conversations}]
    Attribute.objects.bulk_update(attributes, ["confidence", "evidence"])
    return factories.stage(study, 1, attributes_per_subject=most)


@pytest.mark.parametrize("conversations", [1, 12])
@pytest.mark.parametrize("seed", [5, 6, 7])
def test_sample_has_as_many_attributes_of_each_third_of_the_confidences_as_without_one(conversations, seed):
    for most, of_each in ((4, 1), (8, 2), (12, 3)):
        stage = stage_with_confidences(most=most, conversations=conversations, seed=seed)
        drawn = behaviour(1).pairs(stage).values_list("confidence", flat=True)
        assert Counter(map(third, drawn)) == dict.fromkeys(range(4), of_each)


def test_sample_takes_each_conversation_before_it_looks_at_confidence():
    stage = stage_with_confidences(most=4, conversations=4)
    drawn = behaviour(1).pairs(stage)
    assert {attribute.evidence[0]["conversation"] for attribute in drawn} == {0, 1, 2, 3}
    assert len({third(attribute.confidence) for attribute in drawn}) >= 2


def test_attribute_that_is_left_out_says_why_on_the_pages_of_the_material():
    stage = stage_with_confidences(most=5, conversations=3)
    user = User.objects.create_user("analyst")
    Membership.objects.create(study=stage.study, user=user, role=Role.ANALYST)
    client = Client()
    client.force_login(user)
    pages = [
        reverse("conversations:attributes", args=[stage.study.slug]),
        reverse("conversations:subject", args=[stage.study.slug, stage.study.subjects.get().pk]),
    ]
    left_out = Attribute.objects.exclude(pk__in=behaviour(1).pairs(stage).values("pk"))
    assert left_out.count() == 7
    for page in pages:
        rows = said(client.get(page)).split("<tr>")[1:]
        told = {text: row for row in rows for text in left_out.values_list("text", flat=True) if f"{text} <" in row}
        assert len(told) == left_out.count() == sum("not sampled" in row for row in rows)
        reason = "Stage 1 judges 5 of this subject&#x27;s 12 attributes, drawn by the study&#x27;s seed"
        assert all("not sampled" in row and reason in row for row in told.values())
    stage.attributes_per_subject = None
    stage.save()
    assert all(b"not sampled" not in client.get(page).content for page in pages)
