"""Uploaded responses name the arm they are of; unnamed ones are one arm of their system."""

from typing import Any

import pytest
from django.utils import timezone

from conversations.enums import Policy
from conversations.models import Arm, Comparison, Study
from conversations.services import batches
from tests import factories
from tests.conversations.importing import (
    CONVERSATION,
    GENERIC,
    PERSONALIZED,
    PROMPT,
    Fields,
    bring,
    found_problems,
)

pytestmark = pytest.mark.django_db

ATTRIBUTE = {"kind": "attribute", "subject": "s1", "id": "a1", "attribute": "Prefers metric units"}
PROMPTS = ["p1", "p2", "p3"]


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def study() -> Study:
    made = factories.study()
    bring(made, [CONVERSATION, ATTRIBUTE, *(PROMPT | {"prompt": prompt, "text": prompt} for prompt in PROMPTS)])
    return made


def pair(prompt: str, arm: Any = None) -> list[Fields]:
    stated = {} if arm is None else {"arm": arm}
    return [GENERIC | {"prompt": prompt}, PERSONALIZED | {"prompt": prompt} | stated]


def arms(study: Study) -> list[Arm]:
    """Of each comparison, in their order."""
    found = Comparison.objects.filter(system__study=study).select_related("arm", "personalized__arm").order_by("pk")
    assert all(each.arm == each.personalized.arm and each.generic.arm is None for each in found)
    return [each.arm for each in found if each.arm is not None]


def test_unnamed_responses_are_one_arm(study):
    bring(study, [*pair("p1"), *pair("p2")])
    first, second = arms(study)
    assert first == second
    assert (first.name, first.policy, first.settings) == ("", Policy.UNSTATED, {})


@pytest.mark.parametrize(
    "other",
    [
        "memory 2",
        {"name": "memory 2"},
        {"policy": "own"},
        {"policy": "selection", "selection_of": "selector"},
        {"settings": {"attributes": 5}},
        {"name": "memory 1", "policy": "own"},
        {"name": "memory 1", "settings": {"template": "v2", "seed": 1, "warm": True, "temperature": 0.5}},
    ],
)
def test_each_treatment_is_an_arm(study, other):
    bring(study, [*pair("p1", "memory 1"), *pair("p2", other), *pair("p3", "memory 1")])
    first, second, third = arms(study)
    assert first == third
    assert first != second


def test_an_arm_is_stored_as_stated(study):
    settings = {"template": "v2", "attributes": 5, "unknown": None}
    stated = {"name": " memory ", "policy": "selection", "selection_of": "selector", "settings": settings}
    bring(study, pair("p1", stated))
    (arm,) = arms(study)
    assert (arm.name, arm.policy, arm.settings) == ("memory", Policy.SELECTION, {"template": "v2", "attributes": 5})
    assert (arm.system.name, arm.selecting_system.name) == ("assistant", "selector")


def test_a_systems_own_selection_is_the_policy_own(study):
    bring(study, [*pair("p1", {"policy": "selection", "selection_of": "assistant"}), *pair("p2", {"policy": "own"})])
    first, second = arms(study)
    assert (first, first.policy, first.selecting_system) == (second, Policy.OWN, None)


def test_settings_in_another_order_or_writing_are_the_same(study):
    bring(study, [*pair("p1", {"settings": {"a": 1, "b": 2.0}}), *pair("p2", {"settings": {"b": 2, "a": 1.0}})])
    first, second = arms(study)
    assert first == second


def test_the_generic_response_may_come_later(study):
    generic, personalized = pair("p1", "memory 1")
    bring(study, [personalized])
    bring(study, [generic])
    assert [arm.name for arm in arms(study)] == ["memory 1"]


def test_arms_of_a_case_share_its_generic_response(study):
    second = PERSONALIZED | {"text": "75 cm, or 29.5 inches.", "arm": {"policy": "all"}}
    bring(study, [*pair("p1", "memory 1"), second])
    assert [arm.policy for arm in arms(study)] == [Policy.UNSTATED, Policy.ALL]
    first, other = Comparison.objects.filter(system__study=study).order_by("pk")
    assert first.generic == other.generic
    assert bring(study, [GENERIC, second]).counts["responses"] == {"new": 0, "known": 2}
    later = bring(study, [PERSONALIZED | {"arm": "memory 3"}])
    assert later.counts["responses"] == {"new": 1, "known": 0}
    assert [arm.name for arm in arms(study)] == ["memory 1", "", "memory 3"]
    assert Comparison.objects.latest("pk").generic == first.generic


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (GENERIC | {"text": "Other."}, "text"),
        (PERSONALIZED | {"text": "Other.", "arm": "memory 1"}, "text"),
        (PERSONALIZED | {"attributes": [], "arm": "memory 1"}, "attributes"),
        (PERSONALIZED | {"attributes": [{"attribute": "a1", "given": False}], "arm": "memory 1"}, "attributes"),
    ],
)
def test_what_was_told_of_a_response_is_not_told_otherwise(study, row, field):
    rows = pair("p1", "memory 1")
    bring(study, rows)
    assert bring(study, rows).counts["responses"] == {"new": 0, "known": 2}
    batch = bring(study, [row, *pair("p2")])
    assert found_problems(batch) == [(1, field, False)]
    assert [arm.name for arm in arms(study)] == ["memory 1", ""]


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (GENERIC | {"arm": "memory 1"}, "arm"),
        (PERSONALIZED | {"arm": 7}, "arm"),
        (PERSONALIZED | {"arm": "x" * 121}, "arm"),
        (PERSONALIZED | {"arm": {"policy": "some"}}, "arm.policy"),
        (PERSONALIZED | {"arm": {"policy": "selection"}}, "arm.selection_of"),
        (PERSONALIZED | {"arm": {"policy": "own", "selection_of": "x"}}, "arm.selection_of"),
        (PERSONALIZED | {"arm": {"version": 2}}, "arm.version"),
        (PERSONALIZED | {"arm": {"settings": []}}, "arm.settings"),
        (PERSONALIZED | {"arm": {"settings": {"deep": {"er": 1}}}}, "arm.settings.deep"),
        (PERSONALIZED | {"arm": {"settings": {"long": "x" * 201}}}, "arm.settings.long"),
        (PERSONALIZED | {"arm": {"settings": {"\x00": 1}}}, "arm.settings"),
        (PERSONALIZED | {"arm": {"settings": {"x" * 201: 1}}}, "arm.settings"),
        (PERSONALIZED | {"arm": {"settings": {str(number): 1 for number in range(51)}}}, "arm.settings"),
    ],
)
def test_an_arm_that_can_not_be_taken_is_named(study, row, field):
    batch = bring(study, [row, *pair("p2")])
    assert found_problems(batch) == [(1, field, False)]


def test_undoing_the_batch_leaves_the_arm_to_who_comes_again(study):
    batch = bring(study, pair("p1", "memory 1"))
    batches.undo(batch=batch, actor=None, now=timezone.now())
    bring(study, pair("p1", "memory 2"))
    assert [arm.name for arm in arms(study)] == ["memory 2"]
