"""Cases on which an arm is silent: in the dataset once each, with the reason, and in no arm where they don't count."""

from typing import Any

import pytest
from django.utils import timezone

from conversations.enums import ControlKind, Policy
from conversations.models import Arm, Case, Comparison, Prompt, SelectionRecord, SilentCase, Study
from conversations.services.arms import ensure_arm
from reports.dataset.arms import ComparedArm, arms_of
from reports.dataset.reads import dataset_of
from reports.report.parting import only
from reports.report.parts import Part
from tests import factories, worlds

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def study() -> Study:
    """Four subjects, two prompts, a comparison each: eight cases."""
    return worlds.rateable_study(subjects=4, prompts=2, k=1)


@pytest.fixture
def arm(study: Study) -> Arm:
    return ensure_arm(system=factories.system(study, "picker"), policy=Policy.OWN)


def cases(study: Study) -> list[Case]:
    return list(Case.objects.filter(subject__study=study).order_by("id"))


def of_system(study: Study, name: str) -> ComparedArm:
    return next(each for each in arms_of(dataset_of(study)) if each.system == name)


def silent(study: Study) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = dataset_of(study).tables["silent_cases"].to_pylist()
    return found


def test_each_way_to_be_silent_is_a_row_of_its_arm(study, arm):
    spoken, bare, *_others = cases(study)
    SelectionRecord.objects.create(system=arm.system, case=spoken)
    for case in (spoken, bare):
        SilentCase.objects.create(arm=arm, case=case)
    alike = Comparison.objects.filter(case__subject__study=study).latest("id")
    Comparison.objects.filter(pk=alike.pk).update(identical=True)
    found = of_system(study, "picker")
    assert [each.case_id for each in found.silent] == [spoken.pk, bare.pk]
    assert len(found.comparisons) == 0
    (pair,) = of_system(study, "assistant").silent
    assert (pair.case_id, pair.prompt_id) == (alike.case_id, alike.case.prompt.external_id)


def test_what_does_not_count_is_silent_for_nobody(study, arm):
    aside, of_subject, of_prompt, *_others = cases(study)
    for case in cases(study):
        SilentCase.objects.create(arm=arm, case=case)
    Case.objects.filter(pk=aside.pk).update(for_controls=True)
    of_subject.subject.withdrawn_at = timezone.now()
    of_subject.subject.save()
    Prompt.objects.filter(pk=of_prompt.prompt_id).update(withdrawn_at=timezone.now())
    counted = {each.case_id for each in of_system(study, "picker").silent}
    gone = {
        case.pk
        for case in cases(study)
        if case.pk == aside.pk or case.subject_id == of_subject.subject_id or case.prompt_id == of_prompt.prompt_id
    }
    assert counted == {case.pk for case in cases(study)} - gone
    assert len(silent(study)) == 8, "the dataset has all of them, marked"


def test_controls_and_cases_set_aside_for_them_are_of_no_arm(study):
    first, second, *others = Comparison.objects.filter(case__subject__study=study).order_by("id")
    Comparison.objects.filter(pk=first.pk).update(control=ControlKind.DAMAGED, arm=None, identical=True)
    Case.objects.filter(pk=second.case_id).update(for_controls=True)
    (arm,) = arms_of(dataset_of(study))
    assert arm.comparisons.tolist() == [each.pk for each in others]
    assert arm.silent == ()


def test_a_part_keeps_its_silent_cases(study, arm):
    every = cases(study)
    Prompt.objects.filter(pk=every[0].prompt_id).update(topic="travel")
    for case in every:
        SilentCase.objects.create(arm=arm, case=case)
    dataset = dataset_of(study)
    kept = {
        str(part): {row["case_id"] for row in only(part, dataset).tables["silent_cases"].to_pylist()}
        for part in (Part("prompt_topic", "travel"), Part("system", "picker"), Part("system", "assistant"))
    }
    assert kept == {
        "prompt_topic:travel": {case.pk for case in every if case.prompt_id == every[0].prompt_id},
        "system:picker": {case.pk for case in every},
        "system:assistant": set(),
    }
