"""Only a part: what belongs to a system, or to one of its arms, at every stage."""

from typing import Any

import pytest

from conversations.enums import Policy
from conversations.models import Arm, Case, Selection, SelectionRecord, Study
from conversations.services.arms import ensure_arm
from judgments.work.opening import open_stage
from reports.dataset.dataset import Dataset
from reports.dataset.reads import dataset_of
from reports.report.parting import only, parts_of
from reports.report.parts import Part
from tests import factories
from tests.judgments.rated import NOW
from tests.rows import made_once

pytestmark = pytest.mark.django_db(transaction=True)


@made_once
def systems_study() -> Study:
    """Two systems with attributes and selections of their own, and a trained selector. The first has two arms."""
    study = factories.study()
    about = factories.prompt(study)
    first, second, selector = (factories.system(study, name) for name in ("first", "second", "selector"))
    arms = [
        ensure_arm(system=first, policy=Policy.OWN),
        ensure_arm(system=first, policy=Policy.SELECTION, selecting_system=selector),
        ensure_arm(system=second, policy=Policy.OWN),
    ]
    for _subject in range(2):
        person = factories.subject(study)
        case = factories.case(person, about)
        of_first, of_second = (factories.attributes(person, 2, system=system) for system in (first, second))
        for system, attributes in ((first, of_first), (selector, of_first), (second, of_second)):
            SelectionRecord.objects.create(system=system, case=case)
            Selection.objects.create(system=system, case=case, attribute=attributes[0], selected=True)
        for arm, attributes in zip(arms, (of_first, of_first, of_second), strict=True):
            factories.comparison(case, attributes[:1], by=arm.system, arm=arm)
    quiet = factories.case(factories.subject(study), about)
    factories.attributes(quiet.subject, 1, system=first)
    factories.silent_case(quiet, arms[1])
    for number in (1, 2, 3):
        open_stage(stage=factories.stage(study, number), actor=None, now=NOW)
    return study


@pytest.fixture
def study() -> Study:
    return systems_study()


def kept(found: Dataset) -> dict[str, Any]:
    items = found.tables["items"].to_pylist()
    return {
        "extracted": {row["attribute_system"] for row in items if row["stage"] < 3},
        "answered": {row["response_system"] for row in items if row["stage"] == 3},
        "compared": found.tables["comparisons"].num_rows,
        "selected": {row["system"] for row in found.tables["selection_records"].to_pylist()},
        "silent": found.tables["silent_cases"].num_rows,
    }


def of_arm(study: Study, policy: Policy) -> Part:
    return Part("arm", str(Arm.objects.get(system__study=study, system__name="first", policy=policy).pk))


def test_a_part_that_is_an_arm_has_its_systems_attributes_and_the_selection_it_was_given(study):
    dataset = dataset_of(study)
    own, given = (only(of_arm(study, policy), dataset) for policy in (Policy.OWN, Policy.SELECTION))
    shared = {"extracted": {"first"}, "answered": {"first"}, "compared": 2}
    assert kept(own) == {**shared, "selected": {"first"}, "silent": 0}
    assert kept(given) == {**shared, "selected": {"selector"}, "silent": 1}


def test_a_part_that_is_a_system_has_all_its_arms_and_its_own_selection(study):
    dataset = dataset_of(study)
    assert kept(only(Part("system", "first"), dataset)) == {
        "extracted": {"first"},
        "answered": {"first"},
        "compared": 4,
        "selected": {"first"},
        "silent": 1,
    }
    assert kept(only(Part("system", "second"), dataset))["compared"] == 2
    assert {part["name"] for part in parts_of(dataset) if part["column"] == "arm"} == {
        "first (its own selection)",
        "first (selection of selector)",
    }


def test_a_system_that_uses_what_another_extracted_keeps_all_of_it(study):
    """Without what it left out, its selection would find everything."""
    borrower = factories.system(study, "borrower")
    arm = ensure_arm(system=borrower, policy=Policy.OWN)
    case = Case.objects.filter(subject__study=study).earliest("id")
    attribute = case.subject.attributes.filter(system__name="second").earliest("id")
    SelectionRecord.objects.create(system=borrower, case=case)
    Selection.objects.create(system=borrower, case=case, attribute=attribute, selected=True)
    factories.silent_case(case, arm)
    found = only(Part("system", "borrower"), dataset_of(study))
    assert kept(found)["extracted"] == {"second"}
    assert len([row for row in found.tables["items"].to_pylist() if row["stage"] == 1]) == 4
