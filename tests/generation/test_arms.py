"""Responses that a run wrote under another policy or with other settings are of another arm."""

from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from conversations.enums import COMPARED_KINDS, Policy
from conversations.models import Arm, Case, Comparison, Response, Selection, SelectionRecord, System
from generation.kinds.responses.start import start_responses
from generation.models import RunItem
from generation.services.endpoints import ensure_system
from tests.generation.provider import ANSWER, Reply
from tests.generation.runs import add_attribute, add_case, add_subject, all_given, produce_all

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cases(study, provider):
    provider.script = lambda request, number: Reply(f"{ANSWER} {number}")
    made = []
    for number in range(1, 4):
        subject = add_subject(study, number)
        add_attribute(subject, "The user prefers metric units.", confidence=0.9)
        add_attribute(subject, "The user is a nurse.", confidence=0.5)
        made.append(add_case(subject))
    return made


def write(study, endpoint, **configuration: Any) -> Comparison:
    """The next case that nobody answered, by a run of its own."""
    run = start_responses(
        study=study,
        endpoint=endpoint,
        configuration=all_given(**configuration),
        cases=Case.objects.filter(responses=None),
        limit=1,
        now=timezone.now(),
    )
    produce_all(run)
    return Comparison.objects.latest("pk")


def select(system: System, case: Case) -> None:
    """The first attribute of the case's subject."""
    attribute = case.subject.attributes.earliest("pk")
    SelectionRecord.objects.create(system=system, case=case)
    Selection.objects.create(system=system, case=case, attribute=attribute, selected=True)


def arm_of(comparison: Comparison) -> Arm:
    assert comparison.arm is not None
    assert comparison.arm == comparison.personalized.arm
    assert comparison.generic.arm is None
    return comparison.arm


def test_runs_of_one_treatment_are_one_arm(study, endpoint, cases):
    first, second = (arm_of(write(study, endpoint)) for _run in range(2))
    assert first == second
    assert (first.policy, first.selecting_system) == (Policy.ALL, None)
    assert first.settings == {
        "template": "respond-personalized v1",
        "attributes": 10,
        "parameters": {"model": endpoint.model, **endpoint.parameters},
    }


@pytest.mark.parametrize(
    "changed", [{"max_given": 1}, {"parameters": {"temperature": 1.9}}, {"policy": Policy.SELECTION}]
)
def test_what_changes_the_treatment_makes_another_arm(study, endpoint, cases, changed):
    if "policy" in changed:
        product = System.objects.create(study=study, name="Product")
        changed |= {"selection_system": product.pk}
        for case in cases:
            select(product, case)
    first, second = arm_of(write(study, endpoint)), arm_of(write(study, endpoint, **changed))
    assert first.system == second.system
    assert first != second
    if "policy" in changed:
        assert (second.policy, second.selecting_system) == (Policy.SELECTION, product)


def test_its_own_selection_is_the_policy_own(study, endpoint, cases):
    system = ensure_system(endpoint=endpoint)
    select(system, cases[0])
    arm = arm_of(write(study, endpoint, policy=Policy.SELECTION, selection_system=system.pk))
    assert (arm.policy, arm.selecting_system) == (Policy.OWN, None)


def test_another_try_is_the_same_treatment(study, endpoint, cases, provider):
    provider.script = lambda request, number: Reply(
        f"{ANSWER} {number}", finish_reason="length" if number < 2 else "stop"
    )
    run = start_responses(
        study=study,
        endpoint=endpoint,
        configuration=all_given(parameters={"max_tokens": 100}),
        limit=1,
        now=timezone.now(),
    )
    produce_all(run)
    RunItem.objects.update(not_before=timezone.now())
    produce_all(run)
    comparison = Comparison.objects.get()
    assert comparison.personalized.provenance["parameters"]["max_tokens"] == 200
    assert arm_of(comparison).settings["parameters"]["max_tokens"] == 100


def backfilled(monkeypatch) -> None:
    migration = import_module("generation.migrations.0006_arms_of_responses")
    monkeypatch.setattr(migration, "ROWS_AT_ONCE", 2)
    for _again in range(2):
        migration.arms_of_responses(apps, connection.schema_editor())


def forgotten() -> dict[int, tuple[Any, ...]]:
    """As before there were arms. What each comparison's arm was."""
    known = {each.pk: _identity(arm_of(each)) for each in Comparison.objects.all()}
    Comparison.objects.update(arm=None)
    Response.objects.update(arm=None)
    Arm.objects.all().delete()
    return known


def _identity(arm: Arm) -> tuple[Any, ...]:
    return arm.system_id, arm.name, arm.policy, arm.selecting_system_id, arm.settings, arm.settings_hash


def test_what_exists_gets_the_arm_that_can_be_known_of_it(study, endpoint, cases, monkeypatch):
    write(study, endpoint)
    write(study, endpoint, max_given=1)
    system = ensure_system(endpoint=endpoint)
    select(system, cases[2])
    write(study, endpoint, policy=Policy.SELECTION, selection_system=system.pk)
    known = forgotten()
    assert len(set(map(repr, known.values()))) == 3
    backfilled(monkeypatch)
    assert {each.pk: _identity(arm_of(each)) for each in Comparison.objects.all()} == known


def test_where_the_run_is_gone_the_policy_is_not_stated(study, endpoint, cases, monkeypatch):
    comparison = write(study, endpoint)
    forgotten()
    RunItem.objects.all().delete()
    backfilled(monkeypatch)
    arm = arm_of(Comparison.objects.get(pk=comparison.pk))
    assert arm.policy == Policy.UNSTATED
    assert arm.settings["template"] == "respond-personalized v1"


def test_of_uploaded_responses_a_system_has_one_arm(study, cases, monkeypatch):
    product = System.objects.create(study=study, name="Product")
    for case in cases:
        generic, personalized = (
            Response.objects.create(case=case, system=product, kind=kind, text=kind) for kind in COMPARED_KINDS
        )
        Comparison.objects.create(case=case, system=product, generic=generic, personalized=personalized)
    backfilled(monkeypatch)
    arm = Arm.objects.get()
    assert _identity(arm)[:5] == (product.pk, "", Policy.UNSTATED, None, {})
    assert {arm_of(each) for each in Comparison.objects.all()} == {arm}
